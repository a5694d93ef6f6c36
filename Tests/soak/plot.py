"""The samples as small charts, one per quantity, in an SVG file."""
from xml.sax.saxutils import escape

WIDTH, HEIGHT, COLUMNS, GAP = 260, 90, 4, 36


def words(value, memory):
    return f"{value / (1 << 20):,.1f} MiB" if memory else f"{value:,.0f}"


def chart(name, points, memory, x, y):
    seconds, values = [point[0] for point in points], [point[1] for point in points]
    low, high = min(values), max(values)
    # From zero, so that noise doesn't look like growth.
    scale = HEIGHT / (high or 1)
    line = " ".join(f"{x + WIDTH * time / (seconds[-1] or 1):.1f},{y + HEIGHT - value * scale:.1f}" for time, value in points)
    return (f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" class="frame"/><polyline points="{line}"/>'
            f'<text x="{x}" y="{y - 6}">{escape(name)}: {words(low, memory)} to {words(high, memory)}</text>')


def write(samples, totals, memory, path):
    names = [name for name in samples[-1] if name != "seconds" and name not in totals]
    rows = -(-len(names) // COLUMNS)
    charts = [chart(name, [(row["seconds"], row[name]) for row in samples], name in memory,
                    GAP + index % COLUMNS * (WIDTH + GAP), GAP + index // COLUMNS * (HEIGHT + GAP))
              for index, name in enumerate(names)]
    width, height = GAP + COLUMNS * (WIDTH + GAP), GAP + rows * (HEIGHT + GAP)
    with open(path, "w") as file:
        file.write(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
                   "<style>text { font: 12px sans-serif; fill: #333 } polyline { fill: none; stroke: #0067b0; stroke-width: 1.5 } "
                   '.frame { fill: #fff; stroke: #ccc }</style><rect width="100%" height="100%" fill="#fff"/>'
                   + "".join(charts) + "</svg>\n")
