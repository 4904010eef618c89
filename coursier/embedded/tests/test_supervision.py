import configparser

from coursier.embedded.programs import Program, worker_programs
from coursier.embedded.supervision import Folders, configuration


def parsed(programs, tmp_path):
    reader = configparser.ConfigParser(interpolation=None)
    reader.read_string(configuration(programs, Folders(tmp_path, tmp_path / "var", tmp_path / "run")))
    return reader


def test_stores_start_before_everything_else(tmp_path):
    config = parsed([Program("redis", ("redis",)), Program("web", ("web",)), Program("beat", ("beat",))], tmp_path)
    assert config["group:stores"]["programs"] == "redis"
    assert config["group:platform"]["programs"] == "web,beat"
    assert int(config["group:stores"]["priority"]) < int(config["group:platform"]["priority"])


def test_a_killed_program_takes_its_children_along_and_comes_back(tmp_path):
    program = parsed([Program("web", ("web",))], tmp_path)["program:web"]
    assert program["killasgroup"] == "true"
    assert program["autorestart"] == "true"


def test_a_percent_sign_in_a_command_is_no_expansion(tmp_path):
    command = parsed([Program("worker", ("celery", "-n", "worker@%h"))], tmp_path)["program:worker"]["command"]
    assert "worker@%%h" in command


def test_a_command_with_spaces_stays_one_argument(tmp_path):
    command = parsed([Program("web", ("run", "two words"))], tmp_path)["program:web"]["command"]
    assert "'two words'" in command


def test_every_queue_has_a_worker():
    from coursier.celery import QUEUES

    consumed = [program.command[program.command.index("-Q") + 1].split(",") for program in worker_programs()]
    assert sorted(queue for queues in consumed for queue in queues) == sorted(QUEUES)
