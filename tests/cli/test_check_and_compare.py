"""`tellegen check` and `tellegen compare`: findings with lines, engines side by side, the exit codes of bad news."""

from __future__ import annotations

import numpy as np

from tellegen.cli.comparison import COLUMNS, Comparison
from tellegen.cli.engines import ENGINES, Engine, engines_for
from tellegen.netlist import Circuit, CircuitError, NumericalError, Traces, parse
from tellegen.netlist.builders import grid


def test_a_sound_circuit_passes(invoke, deck) -> None:
    result = invoke("check", deck("divider"))
    assert result.exit_code == 0
    assert "nothing found" in result.stdout


def test_errors_name_their_lines_and_exit_two(invoke, deck) -> None:
    result = invoke("check", deck("contradiction"))
    assert result.exit_code == 2
    assert "contradiction.cir:3" in result.stdout
    assert "contradiction.cir:2" in result.stdout
    assert "1 error," in result.stdout


def test_warnings_alone_pass(invoke, tmp_path) -> None:
    path = tmp_path / "dangling.cir"
    path.write_text("* a resistor that leads nowhere\nV1 a 0 1\nR1 a 0 1k\nR2 a b 1k\n")
    result = invoke("check", path)
    assert result.exit_code == 0
    assert "warning" in result.stdout
    assert "0 errors, 1 warning" in result.stdout


def test_all_engines_agree_where_coordinate_descent_would_stall(invoke, deck) -> None:
    result = invoke("compare", deck("stalling"))
    assert result.exit_code == 0, result.output
    for name in ("coordinate_descent", "interior_point", "cvxpy", "ngspice"):
        assert name in result.stdout
    assert "active_set: the method active_set cannot solve this circuit" in result.stdout
    assert "engines agree" in result.stdout


def test_a_circuit_that_nobody_can_solve_exits_two_with_the_reason_once(invoke, deck) -> None:
    result = invoke("compare", deck("contradiction"))
    assert result.exit_code == 2
    assert result.stdout.count("contradiction.cir:3") == 1
    assert "no engine has an answer" in result.stdout


def test_a_real_diode_is_for_two_engines(invoke, deck) -> None:
    result = invoke("compare", deck("smooth"))
    assert result.exit_code == 0
    assert "2 engines agree" in result.stdout


def test_one_answer_alone_is_not_called_agreement() -> None:
    alone = Comparison.of(Circuit(), [_says(1.0), _raises(CircuitError("has a coil"))])
    assert alone.verdict(1e-5) == ("only says 1.0 has an answer, so there is nothing to compare it with", 0)


def _says(value: float) -> Engine:
    return Engine(f"says {value}", lambda circuit: Traces({"v(a)": np.array(value), "i(r)": np.array(1.0)}))


def _raises(error: Exception) -> Engine:
    def solve(circuit: Circuit) -> Traces:
        raise error

    return Engine(type(error).__name__, solve)


def test_answers_beyond_the_tolerance_are_bad_news() -> None:
    comparison = Comparison.of(Circuit(), [_says(1.0), _says(1.001)])
    sentence, code = comparison.verdict(1e-5)
    assert code == 1
    assert "differ by 1.0e-03" in sentence
    assert comparison.verdict(1e-2)[1] == 0


def test_an_answer_that_is_no_number_is_bad_news() -> None:
    assert Comparison.of(Circuit(), [_says(1.0), _says(float("nan"))]).verdict(1e-5)[1] == 1


def test_a_solver_that_accepts_and_fails_is_bad_news_a_refusal_is_not() -> None:
    refused = Comparison.of(Circuit(), [_says(1.0), _raises(CircuitError("has a coil"))])
    assert refused.verdict(1e-5)[1] == 0
    assert refused.reasons() == ["CircuitError: has a coil"]
    failed = Comparison.of(Circuit(), [_says(1.0), _raises(NumericalError("did not end"))])
    assert failed.verdict(1e-5)[1] == 1
    assert Comparison.of(Circuit(), [_raises(NumericalError("did not end"))]).verdict(1e-5)[1] == 1
    assert all(len(row) == len(COLUMNS) for row in failed.rows())


def test_the_engine_for_large_circuits_is_asked_about_those_or_on_demand() -> None:
    small, large = parse("t\nv1 a 0 1\nr1 a 0 1\n"), grid(40, 40)
    assert {engine.name for engine in engines_for(large)} == set(ENGINES)
    assert {engine.name for engine in engines_for(small, everything=True)} == set(ENGINES)
    assert set(ENGINES) - {engine.name for engine in engines_for(small)} == {"laplacian"}
    ideal = parse("t\nv1 a 0 1\nr1 a b 1\nd1 b 0 dd\n.model dd d(n=1e-4)\n*@ ideal model=dd\n")
    assert set(ENGINES) - {engine.name for engine in engines_for(ideal)} == {"laplacian", "nodal"}
