from sonant.engines.festival.synthesizer import ENGINE

__all__ = ["ENGINE"]
