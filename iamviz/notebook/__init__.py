"""Live in Jupyter: widgets around pictures. The only package that imports ipywidgets."""

from iamviz.notebook.stepper import Stepper, stepper

__all__ = ["Stepper", "stepper"]
