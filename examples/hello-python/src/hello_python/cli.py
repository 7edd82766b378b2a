"""A small command-line tool with a dependency in Python (click) and one with compiled code (numpy)."""

import os
import platform
import sys

import click


@click.group()
@click.version_option(package_name="hello-python")
def main():
    """Says hello, and fits a line through points."""


@main.command()
@click.argument("names", nargs=-1)
def greet(names):
    """Say hello."""
    for name in names or ("world",):
        click.echo(f"Hello, {name}!")


@main.command()
@click.argument("values", nargs=-1, type=float, required=True)
def fit(values):
    """Fit a line through VALUES, at 0, 1, 2 and so on."""
    import numpy

    slope, start = numpy.polyfit(numpy.arange(len(values)), numpy.array(values), 1)
    click.echo(f"y = {slope:.3f} x {'-' if start < 0 else '+'} {abs(start):.3f}")


@main.command()
def where():
    """Show where it runs."""
    click.echo(f"python {platform.python_version()} at {sys.executable}")
    click.echo(f"package {os.environ.get('FLAVOR_PACKAGE', 'none: run from its folder')}")


if __name__ == "__main__":
    main()
