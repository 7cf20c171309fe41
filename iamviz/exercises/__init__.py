"""Exercises that the engine grades: a task, a world, an answer, and cases that must come out as wanted."""

from iamviz.exercises.exams import Exam, ExamReport, exam
from iamviz.exercises.model import Case, CaseResult, Exercise, ExerciseError, Report
from iamviz.exercises.read import exercise, exercise_names, read_exercise

__all__ = [
    "Case",
    "CaseResult",
    "Exam",
    "ExamReport",
    "Exercise",
    "ExerciseError",
    "Report",
    "exam",
    "exercise",
    "exercise_names",
    "read_exercise",
]
