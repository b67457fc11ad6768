"""The examples in the documentation of `sonant.text` are true."""

import doctest
import importlib
import pkgutil

import pytest

import sonant.text

MODULES = [module.name for module in pkgutil.walk_packages(sonant.text.__path__, "sonant.text.")]


@pytest.mark.parametrize("name", MODULES)
def test_examples_give_what_they_say(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0
