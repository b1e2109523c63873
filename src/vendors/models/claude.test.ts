import { describe, expect, test } from 'bun:test';
import { claudeTraits } from './claude.ts';

describe('what a model takes', () => {
  test.each([
    ['claude-3-haiku-20240307', { thinking: 'none', maxOutput: 4096 }],
    ['claude-3-5-sonnet-20241022', { thinking: 'none', maxOutput: 8192 }],
    ['anthropic/claude-3.7-sonnet', { thinking: 'budget', maxOutput: 64_000 }],
    ['claude-opus-4-20250514', { thinking: 'budget', maxOutput: 32_000, sampling: 'free', structured: false }],
    ['claude-opus-4-1-20250805', { thinking: 'budget', maxOutput: 32_000, sampling: 'either', structured: false }],
    ['claude-sonnet-4-0', { thinking: 'budget', maxOutput: 64_000 }],
    ['claude-sonnet-4-5@20250929', { thinking: 'budget', structured: true, systemTurns: false }],
    ['claude-haiku-4-5', { thinking: 'budget', structured: true }],
    ['us.anthropic.claude-opus-4-6-v1:0', { thinking: 'adaptive', off: 'absent', sampling: 'either' }],
    ['claude-opus-4-7', { thinking: 'adaptive', sampling: 'none', systemTurns: false, showsThoughts: false }],
    ['claude-opus-4-8', { systemTurns: true, forcedChoice: true }],
    ['anthropic/claude-4.8-opus', { systemTurns: true }],
    ['claude-sonnet-5', { off: 'disabled', systemTurns: false, forcedChoice: true }],
    ['claude-opus-5', { off: 'disabled', systemTurns: true }],
    ['claude-fable-5', { off: 'never', forcedChoice: true }],
    ['claude-fable-5-2', { off: 'never', forcedChoice: false }],
    ['claude-sonnet-5-5', { off: 'between_tools', forcedChoice: false, systemTurns: true }],
    ['claude-opus-6', { thinking: 'adaptive', forcedChoice: false, off: 'never' }],
    ['claude-something', { thinking: 'adaptive', sampling: 'none', systemTurns: true }],
    ['glm-4.6', { thinking: 'budget', structured: false, sampling: 'free', off: 'disabled' }],
  ] as const)('%s', (name, expected) => expect(claudeTraits(name)).toMatchObject(expected));
});
