"use strict";
// Draws the charts, opens what a link points into, and unfolds everything for paper.
(() => {
  const PAPER = 680; // the width that is left of A4
  const charts = [];
  const draw = (chart, room) => {
    const { data, layout } = chart.figure;
    // What needs more room than there is can be moved sideways, also by the keyboard.
    const width = Math.max(room, layout.meta?.least ?? 0);
    if (width > room) chart.place.tabIndex = 0; else chart.place.removeAttribute("tabindex");
    // Where it is narrow the legend is a list, one line for each trace.
    const height = layout.height + (width < 480 ? 19 * data.length : 0);
    Plotly.react(chart.place, data, { ...layout, width, height }, { displayModeBar: false });
  };
  const fit = () => charts.forEach((chart) => { draw(chart, chart.place.clientWidth); });
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
    document.querySelectorAll(".chart").forEach((place) => {
      charts.push({ place, figure: JSON.parse(place.querySelector("script").textContent) });
    });
    fit();
    reveal();
  });
  addEventListener("resize", fit);
  addEventListener("hashchange", reveal);
  addEventListener("beforeprint", () => {
    unfolded = [...document.querySelectorAll("details:not([open])")];
    unfolded.forEach((details) => { details.open = true; });
    charts.forEach((chart) => { draw(chart, PAPER); });
  });
  addEventListener("afterprint", () => {
    unfolded.forEach((details) => { details.open = false; });
    fit();
  });
})();
