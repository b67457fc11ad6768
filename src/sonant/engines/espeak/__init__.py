from sonant.engines.espeak.synthesizer import ENGINE

__all__ = ["ENGINE"]
