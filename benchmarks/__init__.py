"""What the kit costs, as ratios measured in one run: ``python -m benchmarks``.

Every figure compares the kit with something that does the same work plainly, on the same machine,
in the same minute. Nothing here is imported by the kit, and no test waits for a clock.
"""
