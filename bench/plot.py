"""Speed and memory against input size, this converter's and its peers'."""

from pathlib import Path

from bench.corpus import MB
from bench.measuring import Cost

_COLOURS = {"ours": "#c0392b", "reportlab": "#2c3e50", "fpdf2": "#7f8c8d", "texttopdf": "#2980b9"}


def draw(costs: dict[tuple[str, str, int], Cost], target: Path) -> None:
    """Write the plot of the ASCII texts as SVG."""
    import matplotlib as mpl
    from matplotlib import pyplot

    mpl.rcParams["svg.hashsalt"] = "bench"
    figure, (speed, memory) = pyplot.subplots(1, 2, figsize=(11, 4.2))
    for name, colour in _COLOURS.items():
        points = sorted(
            (size, one)
            for (who, text, size), one in costs.items()
            if (who, text) == (name, "ascii")
        )
        if not points:
            continue
        sizes = [size / MB for size, _ in points]
        rates = [size / MB / one.cpu for size, one in points]
        speed.plot(sizes, rates, "o-", color=colour, label=name)
        memory.plot(sizes, [one.memory for _, one in points], "o-", color=colour, label=name)
    for axes, title in ((speed, "MB per CPU second"), (memory, "peak memory, MB")):
        axes.set(xscale="log", yscale="log", xlabel="input, MB", title=title)
        axes.grid(visible=True, alpha=0.3)
        axes.legend()
    figure.tight_layout()
    figure.savefig(target, metadata={"Date": None})
