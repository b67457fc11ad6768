from sonant.engines.flite.synthesizer import ENGINE

__all__ = ["ENGINE"]
