"""What measurements fill their tables with fits the tables of today; a full measurement takes too long to tell."""

from sqlalchemy import text

from bench import matching, search


def test_measurements_fill_the_tables_of_today(session):
    for statement in (*search._GROUND.split(";\n"), *matching._ITEMS.split(";\n"), matching._ENTERPRISES):
        if statement.strip():
            small = statement.replace("generate_series(1, 5000)", "generate_series(1, 5)").replace(
                "% 5000", "% 5"
            )
            session.execute(text(small.replace(":count", "5").replace(":low, :high", "1, 5")))
    session.execute(
        text(search._ITEMS.replace(":count", "5").replace("% 5000", "% 5").replace("'SX'", "'SY'"))
    )
