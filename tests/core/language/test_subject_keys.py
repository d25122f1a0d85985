"""One key for what was evaluated, however its title names it."""

from __future__ import annotations

import pytest

from tests.spoken import shipped
from watcher.core.language.works import subject_key


@pytest.mark.parametrize(
    ("about", "key"),
    [
        ("Z.ai's GLM-5.2", "glm-5.2"),
        ("Z.ai's GLM-5.2 | NIST", "glm-5.2"),
        ("Z.ai GLM 5.2", "glm-5.2"),
        ("GLM-5.2 (Updated)", "glm-5.2"),
        ("DeepSeek AI Models Finds Shortcomings and Risks", "deepseek"),
        ("DeepSeek's Latest Model", "deepseek"),
        ("DeepSeek V4 Pro", "deepseek-v4-pro"),
        ("DeepSeek-V4-Pro: Findings", "deepseek-v4-pro"),
        ("Kimi K2 Thinking", "kimi-k2-thinking"),
        ("Kimi K3's Cyber Capabilities", "kimi-k3"),
        ("Moonshot AI's Kimi K3", "kimi-k3"),
        ("Moonshot AI Kimi K3", "kimi-k3"),
        ("the Chinese Model GLM-6", "glm-6"),
        ("Cyber Capabilities of GLM-6", "glm-6"),
        ("Qwen 4 and MiniMax M3", "minimax-m3+qwen-4"),
        ("Qwen 4, MiniMax M3 & GLM-6", "glm-6+minimax-m3+qwen-4"),
        ("OpenAI's o1 Model", "o1"),
        ("Anthropic's Upgraded Claude 3.5 Sonnet", "claude-3.5-sonnet"),
        ("methods", ""),
        ("", ""),
        ("AI Models", ""),
        ("*", ""),
    ],
)
def test_the_key_of_a_title(about: str, key: str) -> None:
    assert subject_key(about, shipped("caisi-evaluation").vocabulary.before_name) == key
