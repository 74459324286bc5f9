"""Turns that can happen to any thread: work, ask, plan, fail. Each function makes the script of one turn.

`number` picks among the variants, so the same number tells the same story; `text` is what the person wrote.
"""

from collections.abc import Iterator

from cockpit.demo.t3 import content
from cockpit.demo.t3.content import Errand
from cockpit.demo.t3.state import Edit
from cockpit.demo.t3.steps import (
    Ask,
    Context,
    Crash,
    Propose,
    Question,
    Reply,
    Say,
    Script,
    Step,
    Steps,
    Think,
    Todo,
    Use,
)

DENIED = ("decline", "cancel")


def pick(items: tuple[Errand, ...], number: int) -> Errand:
    """The errand for `number`."""
    return items[number % len(items)]


def read(path: str, seconds: float = 0.4) -> Use:
    """Look into a file."""
    return Use("Read", {"file_path": path}, seconds)


def change(edit: Edit, *, asks: bool = False, seconds: float = 0.5) -> Use:
    """Change a file."""
    lines = [line for line in edit.hunks.splitlines() if not line.startswith("@@")]
    old = "\n".join(line[1:] for line in lines if not line.startswith("+"))
    new = "\n".join(line[1:] for line in lines if not line.startswith("-"))
    given = {"file_path": edit.path, "old_string": old, "new_string": new}
    return Use("Edit", given, seconds, asks=asks, edits=(edit,))


def run(command: str, seconds: float = 3.0, *, output: str = "", asks: bool = False, fails: bool = False) -> Use:
    """Run a shell command."""
    given = {"command": command, "description": f"Run {command.split()[0]}"}
    return Use("Bash", given, seconds, output=output, asks=asks, fails=fails)


def play(steps: Iterator[Step]) -> Steps:
    """Take steps whose answers nobody needs."""
    # Not `yield from`: an iterator has nowhere to put what is sent in.
    for step in steps:  # noqa: UP028
        yield step


def work(number: int, text: str) -> Script:
    """Do an errand from beginning to end, in about ten seconds."""
    return Script(play(errand(pick(content.ERRANDS, number))))


def errand(job: Errand, *, used: float = 18.0) -> Iterator[Step]:
    """The steps of an errand; `used` is the share of the context window it begins with, in percent."""
    yield Say(job.opening, 1.5)
    yield Todo(job.steps, 0)
    for path in job.reads:
        yield read(path)
    yield Think(0.8)
    yield Say(job.insight, 2.5)
    yield Todo(job.steps, 1)
    yield change(job.edit)
    yield Todo(job.steps, 2)
    yield run(job.command, 3.2, output=job.output)
    yield Context(used + 6)
    yield Say(job.conclusion, 2.0)


def approve_command(number: int, text: str) -> Script:
    """Want to run a command that needs a person's word."""
    command, reason = content.COMMANDS[number % len(content.COMMANDS)]
    return Script(_approve(Say(reason, 1.2), run(command, 3.5, output="done", asks=True)))


def approve_change(number: int, text: str) -> Script:
    """Want to write a file that needs a person's word."""
    edit = content.CHANGES[number % len(content.CHANGES)]
    written = "\n".join(line[1:] for line in edit.hunks.splitlines()[1:]) + "\n"
    use = Use("Write", {"file_path": edit.path, "content": written}, 0.5, asks=True, edits=(edit,))
    return Script(_approve(Say(f"I will put that into `{edit.path}`.", 1.2), use))


def _approve(opening: Say, use: Use) -> Steps:
    yield opening
    decision = yield use
    if decision in DENIED:
        yield Say("Understood, I will leave that. Tell me how you would rather have it.", 1.5)
    else:
        yield Context(24)
        yield Say("That went through. Nothing else was waiting on it, so I am done here.", 1.5)


def ask(number: int, text: str) -> Script:
    """Ask one question."""
    return Script(ask_first("I can go on either way, but the choice is hard to take back.", _questions(number)))


def ask_several(number: int, text: str) -> Script:
    """Ask several questions at once."""
    return Script(ask_first("Three things decide the design. I would rather ask than guess.", content.MANY_QUESTIONS))


def _questions(number: int) -> tuple[Question, ...]:
    return content.ONE_QUESTION[number % len(content.ONE_QUESTION)]


def ask_first(opening: str, questions: tuple[Question, ...]) -> Steps:
    """Ask, and then go by the answers."""
    yield Say(opening, 1.2)
    answers = yield Ask(questions)
    yield Think(0.8)
    yield Context(21)
    yield Say(f"Good, then this is settled:\n\n{_listed(answers)}\n\nI will write it down and carry on.", 1.8)


def _listed(answers: Reply) -> str:
    if not isinstance(answers, dict) or not answers:
        return "- nothing yet; the questions were withdrawn"
    return "\n".join(
        f"- {question} **{', '.join(map(str, answer)) if isinstance(answer, list) else answer}**"
        for question, answer in answers.items()
    )


def propose_plan(number: int, text: str) -> Script:
    """Look around and put up a plan."""
    return Script(play(plan_steps(content.PLAN)))


def plan_steps(markdown: str) -> Iterator[Step]:
    """Read a little, then propose `markdown` the way Claude leaves plan mode."""
    yield Say("I will read the code first and then write down how I would do it.", 1.2)
    yield read("app/invoices/export.py")
    yield read("app/api/exports.py")
    yield Think(1.5)
    yield Propose(markdown)
    yield Use("ExitPlanMode", {"plan": markdown}, 0.1, fails=True)
    yield Context(14)
    yield Say("The plan is above. I will wait for your word before I change anything.", 1.0)


def implement_plan(number: int, text: str) -> Script:
    """Carry out an accepted plan."""
    return Script(play(errand(content.ERRANDS[1], used=22)))


def long_answer(number: int, text: str) -> Script:
    """Write a long answer slowly: half a minute during which there is nothing to see."""
    return Script(play(iter((Say(content.LONG_ANSWER, 30.0), Context(27)))))


def api_error(number: int, text: str) -> Script:
    """Be refused by the model's API: an error that looks like a finished turn (facts: T3 0.0.33 §8)."""
    message = 'API Error: 400 {"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long"}}'
    return Script(play(iter((Think(1.5), Say(message, 0.1)))))


def crash(number: int, text: str) -> Script:
    """Lose the provider's process in the middle of the work."""
    return Script(play(iter((Say("I will load the whole trace into memory.", 1.0), Think(1.5), Crash(content.TRACE)))))
