from sonant.engines.openjtalk.synthesizer import ENGINE

__all__ = ["ENGINE"]
