"""Live in Jupyter: widgets around pictures. The only package that imports ipywidgets."""

from iamviz.notebook.clock import StoryClock, clock
from iamviz.notebook.explorer import Explorer, explorer
from iamviz.notebook.policy_bench import PolicyBench, policy_bench
from iamviz.notebook.predict import Predict, predict
from iamviz.notebook.stepper import Stepper, stepper

__all__ = [
    "Explorer",
    "PolicyBench",
    "Predict",
    "Stepper",
    "StoryClock",
    "clock",
    "explorer",
    "policy_bench",
    "predict",
    "stepper",
]
