"""The commands. Each loads what it needs when it is called, so that asking for help is quick."""

import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="sonant",
    help="A self-hosted speech and sound platform that speaks the ElevenLabs API.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
keys = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Make, list and revoke API keys.")
app.add_typer(keys, name="keys")

DataDir = Annotated[
    Path | None, typer.Option("--data-dir", metavar="FOLDER", help="Folder of the database, audio and models.")
]


def main() -> None:
    """Run the command that the command line names; a failure that people can mend becomes one sentence."""
    try:
        app()
    except Exception as failure:
        from sonant.cli.failures import explained  # noqa: PLC0415

        message = explained(failure)
        if message is None:
            raise
        typer.echo(f"sonant: {message}", err=True)
        sys.exit(1)


@app.callback(invoke_without_command=True)
def version(
    *, show: Annotated[bool, typer.Option("--version", help="Print the version.", is_eager=True)] = False
) -> None:
    """A self-hosted speech and sound platform that speaks the ElevenLabs API."""
    if show:
        from sonant import __version__  # noqa: PLC0415

        typer.echo(f"sonant {__version__}")
        raise typer.Exit


@app.command()
def serve(
    *,
    host: Annotated[str | None, typer.Option(help="Address or name to listen on. Default: 127.0.0.1.")] = None,
    port: Annotated[int | None, typer.Option(help="TCP port; 0 takes a free one. Default: 7662.")] = None,
    data_dir: DataDir = None,
    tls: Annotated[bool | None, typer.Option("--tls/--no-tls", help="Speak TLS too, on the same port.")] = None,
    without_keys: Annotated[
        bool | None, typer.Option("--open", help="Ask for no API key. On this machine's own addresses only.")
    ] = None,
) -> None:
    """Serve the API until SIGTERM or Ctrl-C. docs/configuration.md has all settings."""
    from sonant.cli.serve import run_server  # noqa: PLC0415

    run_server(
        {"server.host": host, "server.port": port, "data_dir": data_dir, "server.tls": tls, "server.open": without_keys}
    )


@app.command()
def say(  # noqa: PLR0913 - a command's options are its parameters
    text: Annotated[str, typer.Argument(help="What to say; - reads it from the standard input.")],
    *,
    voice: Annotated[str | None, typer.Option(help="A voice's name or id; `sonant voices` lists them.")] = None,
    model: Annotated[str, typer.Option(help="A model's id.")] = "eleven_multilingual_v2",
    language: Annotated[str | None, typer.Option(help="ISO 639 code. Default: found out from the text.")] = None,
    speed: Annotated[float, typer.Option(min=0.7, max=1.2, help="Ratio of speaking rate.")] = 1.0,
    seed: Annotated[int | None, typer.Option(min=0, max=2**32 - 1, help="The same seed gives the same sound.")] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="A .mp3, .wav, .flac, .ogg or .opus file; - writes WAV to the standard output."
        ),
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Speak a text, without a server: play it, or write it to a file."""
    from sonant.cli.say import Saying, run_saying  # noqa: PLC0415

    spoken = sys.stdin.read() if text == "-" else text
    run_saying({"data_dir": data_dir}, Saying(spoken, voice, model, language, speed, seed), output)


@app.command()
def voices(
    search: Annotated[str, typer.Argument(help="Words to look for in names, descriptions and labels.")] = "",
    *,
    data_dir: DataDir = None,
) -> None:
    """List the voices that can speak here."""
    from sonant.cli.voices import print_voices  # noqa: PLC0415

    print_voices({"data_dir": data_dir}, search)


@app.command()
def engines() -> None:
    """List the installed engines, and what keeps some of them from working."""
    from sonant.cli.engines import print_engines  # noqa: PLC0415

    print_engines()


@app.command()
def doctor(*, data_dir: DataDir = None) -> None:
    """Check what Sonant needs, and say what to do about what is missing. Fails if nothing here can speak."""
    from sonant.cli.doctor import examine  # noqa: PLC0415

    if not examine({"data_dir": data_dir}):
        raise typer.Exit(1)


@keys.command("create")
def create_key(
    name: Annotated[str, typer.Argument(help="What the key is for.")] = "Key",
    *,
    scope: Annotated[list[str] | None, typer.Option(help="What it may do, once for each. Default: everything.")] = None,
    credit_limit: Annotated[int | None, typer.Option(min=0, help="Credits it may use. Default: no limit.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Make an API key, and print it: it can't be shown again."""
    from sonant.cli.keys import create  # noqa: PLC0415

    create({"data_dir": data_dir}, name, scope, credit_limit)


@keys.command("list")
def list_keys(*, data_dir: DataDir = None) -> None:
    """List the API keys, by their ids and last characters."""
    from sonant.cli.keys import print_keys  # noqa: PLC0415

    print_keys({"data_dir": data_dir})


@keys.command("revoke")
def revoke_key(
    key_id: Annotated[str, typer.Argument(help="The key's id, as `sonant keys list` shows it.")],
    *,
    data_dir: DataDir = None,
) -> None:
    """Stop an API key from working."""
    from sonant.cli.keys import revoke  # noqa: PLC0415

    revoke({"data_dir": data_dir}, key_id)
