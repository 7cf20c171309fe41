"""Live in Jupyter: widgets around pictures. The only package that imports ipywidgets."""

from iamviz.notebook.bet_table import BetTable, bet_table
from iamviz.notebook.clock import StoryClock, clock
from iamviz.notebook.explorer import Explorer, explorer
from iamviz.notebook.policy_bench import PolicyBench, policy_bench
from iamviz.notebook.predict import Predict, predict
from iamviz.notebook.slider import Slider, slider
from iamviz.notebook.stepper import Stepper, stepper

__all__ = [
    "BetTable",
    "Explorer",
    "PolicyBench",
    "Predict",
    "Slider",
    "Stepper",
    "StoryClock",
    "bet_table",
    "clock",
    "explorer",
    "policy_bench",
    "predict",
    "slider",
    "stepper",
]
