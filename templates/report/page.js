"use strict";
// Draws the charts, opens what a link points into, and unfolds everything for paper.
(() => {
  const draw = (place) => {
    const figure = JSON.parse(place.querySelector("script").textContent);
    // Where it is narrow the legend is a list, one line for each trace.
    if (place.clientWidth < 480) figure.layout.height += 19 * figure.data.length;
    Plotly.newPlot(place, figure.data, figure.layout, {
      displayModeBar: false,
      responsive: true,
    });
  };
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let at = target; at; at = at.parentElement) {
      if (at.tagName === "DETAILS") at.open = true;
    }
    target.scrollIntoView();
  };
  let unfolded = [];
  addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll(".chart").forEach(draw);
    reveal();
  });
  addEventListener("hashchange", reveal);
  addEventListener("beforeprint", () => {
    unfolded = [...document.querySelectorAll("details:not([open])")];
    unfolded.forEach((details) => { details.open = true; });
  });
  addEventListener("afterprint", () => {
    unfolded.forEach((details) => { details.open = false; });
  });
})();
