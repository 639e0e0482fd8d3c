"""The circuits that are timed, as decks: a cellular network with 3×3 templates, a grid of coupled oscillators."""

from __future__ import annotations

ROWS, COLUMNS = 16, 16
A = ("ac", "ae", "ac", "ae", "am", "ae", "ac", "ae", "ac")
B = ("bc", "be", "bc", "be", "bm", "be", "bc", "be", "bc")


def cellular(rows: int = ROWS, columns: int = COLUMNS) -> tuple[str, list[str]]:
    """The deck, and the names of the elements with a draw of their own: every coupling and every cell."""
    lines = [
        "cellular network",
        ".param ac=0 ae=0 am=2 bc=-1 be=-1 bm=8 z=-0.5",
        ".subckt cell x s u y",
        "C1 x 0 1",
        "R1 x 0 1",
        "R2 s 0 1",
        "By y 0 v={0.5*(abs(v(x)+1)-abs(v(x)-1))}",
        "Gm 0 x s 0 1",
        "Iz 0 s {z}",
        ".ends",
    ]
    drawn = []
    for i in range(rows):
        for j in range(columns):
            lines += [f"X{i}_{j} x{i}_{j} s{i}_{j} u{i}_{j} y{i}_{j} cell", f"Vu{i}_{j} u{i}_{j} 0 0"]
            drawn.append(f"x{i}_{j}.gm")
            for k in range(9):
                a, b = i + k // 3 - 1, j + k % 3 - 1
                if 0 <= a < rows and 0 <= b < columns:
                    lines += [
                        f"Ga{i}_{j}_{k} 0 s{i}_{j} y{a}_{b} 0 {{{A[k]}}}",
                        f"Gb{i}_{j}_{k} 0 s{i}_{j} u{a}_{b} 0 {{{B[k]}}}",
                    ]
                    drawn += [f"ga{i}_{j}_{k}", f"gb{i}_{j}_{k}"]
    return "\n".join([*lines, ".end", ""]), drawn


def oscillators(rows: int = 10, columns: int = 6) -> tuple[str, list[str], list[str]]:
    """The deck, the names of the couplings' weights, and of the initial phases."""
    pairs = [((i, j), (i + 1, j)) for i in range(rows - 1) for j in range(columns)]
    pairs += [((i, j), (i, j + 1)) for i in range(rows) for j in range(columns - 1)]
    weights = [f"k{n}" for n in range(len(pairs))]
    phases = [f"start{i}_{j}" for i in range(rows) for j in range(columns)]
    lines = ["oscillators", ".param c1=1 c2=1", *(f".param {name}=0" for name in (*weights, *phases))]
    for i in range(rows):
        for j in range(columns):
            lines += [f"C{i}_{j} p{i}_{j} 0 1", f"Bl{i}_{j} p{i}_{j} 0 i={{c2*sin(2*pi*v(p{i}_{j}))}}"]
            lines.append(f".ic v(p{i}_{j})={{start{i}_{j}}}")
    for n, ((a, b), (c, d)) in enumerate(pairs):
        lines.append(f"Bk{n} p{a}_{b} p{c}_{d} i={{c1*k{n}*sin(pi*v(p{a}_{b},p{c}_{d}))}}")
    return "\n".join([*lines, ".end", ""]), weights, phases
