"""A worker is killed in the middle of a sync, and the work is done once after the restart.

Starts a sandbox, beat and a worker as processes of its own, on the embedded broker and, where RabbitMQ answers at
BENCH_AMQP_URL (by default on loopback with its default user), on that. Everything lives in a temporary folder; only
processes started here are stopped.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
AMQP = os.environ.get("BENCH_AMQP_URL", "amqp://guest:guest@127.0.0.1:5672//")
PLATFORMS = ("instagram", "facebook", "twitter", "tiktok")
POSTS = 4
# One sync makes a request for the numbers and one for each post's comments: some 8 s, long enough to be killed in. A
# claim must outlast it, as the 300 s of an installation outlast the time limit of a task.
SLOW_SECONDS = 1.5
CLAIM_SECONDS = 15

# Runs inside the temporary installation: makes live posts that are due now.
PREPARE = f"""
from datetime import timedelta
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask
from django.conf import settings
from engagement.models import SocialMediaPost
from engagement.publishing import publish
from engagement.scheduling import schedule
from gator.demo import cast
from gator.demo.control import SandboxControl
from gator.schedules import create_missing
from gator.studio.generation import generate
from patterns.guidance import guidance_for

control = SandboxControl(settings.PLATFORM_API_URLS["instagram"].rsplit("/", 1)[0])
now = timezone.now()
accounts = cast.connect(control.accounts(), now)
account = next(a for a in accounts if a.platform == "instagram")
for number in range({POSTS}):
    guidance = guidance_for(account.persona, "instagram", now=now)
    post = schedule(generate(account.persona, "instagram", guidance, seed=number, now=now), account, now)
    print(publish(post, now=now).outcome)
SocialMediaPost.objects.update(next_sync_at=now)
create_missing()
every, _ = IntervalSchedule.objects.get_or_create(every=1, period=IntervalSchedule.SECONDS)
PeriodicTask.objects.exclude(task="engagement.tasks.sync_due").update(enabled=False)
PeriodicTask.objects.filter(task="engagement.tasks.sync_due").update(interval=every)
control.fault("slow", platform="instagram", seconds={SLOW_SECONDS})
"""

COUNT = """
from engagement.models import MetricSnapshot, SocialMediaPost
from django.db.models import Count
posts = SocialMediaPost.objects.filter(status="published")
claimed = posts.exclude(claim=None).count()
rows = posts.annotate(n=Count("snapshots")).values_list("n", flat=True)
print(claimed, *sorted(rows))
"""


class Installation:
    """A Gator of its own in a folder, with the processes it started."""

    def __init__(self, folder: str, broker: str) -> None:
        port = free_port()
        self.processes: list[subprocess.Popen[bytes]] = []
        urls = {f"{name.upper()}_API_URL": f"http://127.0.0.1:{port}/{name}" for name in PLATFORMS}
        self.environment = os.environ | urls | {
            "DATA_DIR": folder,
            "DATABASE_URL": f"sqlite:///{folder}/gator.sqlite3",
            "CELERY_BROKER_URL": broker,
            "CLAIM_SECONDS": str(CLAIM_SECONDS),
            "PUBLISH_POLL_SECONDS": "0",
            "LOG_LEVEL": "WARNING",
        }  # fmt: skip
        self.manage("migrate", "-v0")
        self.start("manage.py", "run_sandbox", "--port", str(port))
        wait_until(lambda: answers("127.0.0.1", port), "the sandbox")

    def manage(self, *words: str) -> str:
        """Run a management command and give back what it printed."""
        done = subprocess.run(  # noqa: S603 - our own commands
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(words)[:60]} failed: {done.stderr[-2000:]}")
        return done.stdout

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """Start a process in a group of its own, so that a kill reaches its children."""
        process = subprocess.Popen(  # noqa: S603 - our own commands
            [sys.executable, *words], cwd=ROOT, env=self.environment, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.processes.append(process)
        return process

    def worker(self) -> subprocess.Popen[bytes]:
        """Start a worker."""
        return self.start("-m", "celery", "-A", "gator", "worker", "--pool", "threads", "--concurrency", "4")

    def counted(self) -> tuple[int, list[int]]:
        """How many posts are claimed, and the number of snapshots of each post."""
        claimed, *snapshots = map(int, self.manage("shell", "-v0", "-c", COUNT).split())
        return claimed, snapshots

    def stop(self) -> None:
        """Stop what was started here, and nothing else."""
        for process in self.processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(host: str, port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 60) -> float:
    """Wait for a condition; the seconds it took."""
    began = time.perf_counter()
    while not condition():
        if time.perf_counter() - began > seconds:
            raise TimeoutError(f"Waited {seconds} s for {what} in vain.")
        time.sleep(0.2)
    return time.perf_counter() - began


def kill_in_the_middle(broker: str) -> None:
    """The whole story on one broker, with a line for each chapter."""
    with TemporaryDirectory() as folder:
        gator = Installation(folder, broker)
        try:
            print("  published:", gator.manage("shell", "-v0", "-c", PREPARE).split().count("published"))
            worker = gator.worker()
            gator.start("-m", "celery", "-A", "gator", "beat", "--schedule", f"{folder}/beat")
            taken = wait_until(lambda: gator.counted()[0] == POSTS, "a claim")
            print(f"  beat's task claimed the posts after {taken:.1f} s")
            os.killpg(worker.pid, signal.SIGKILL)
            print("  killed the worker in the middle; (claimed, snapshots of each post):", gator.counted())
            gator.worker()
            taken = wait_until(lambda: gator.counted() == (0, [1] * POSTS), "the work to be done once")
            print(f"  after the restart every post was synced once, {taken:.1f} s later")
            print(f"  (a claim lasts {CLAIM_SECONDS} s)")
            time.sleep(5)
            print("  five seconds later (claimed, snapshots of each post):", gator.counted())
        finally:
            gator.stop()


def main() -> None:
    """Tell the story on each broker that is there."""
    print("embedded broker")
    kill_in_the_middle("filesystem://")
    where = urlsplit(AMQP)
    if not answers(where.hostname or "", where.port or 5672):
        print("RabbitMQ: skipped, nobody answers at BENCH_AMQP_URL")
        return
    print("RabbitMQ")
    kill_in_the_middle(AMQP)


if __name__ == "__main__":
    main()
