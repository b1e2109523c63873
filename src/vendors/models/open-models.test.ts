import { describe, expect, test } from 'bun:test';
import { EFFORTS, effortsBetween } from '../../core/effort.ts';
import { factsOf } from './facts.ts';

const always = { reasons: true, efforts: effortsBetween('low', 'high') };
const unlessTold = { reasons: true, efforts: EFFORTS };
const ifTold = { reasons: false, efforts: EFFORTS };
const never = { reasons: false, efforts: [] };
const v4 = { reasons: true, efforts: ['none', 'low', 'high', 'max'] };
const three = { reasons: true, efforts: ['low', 'high', 'max'] };

describe('models of several vendors, by any of their names', () => {
  test.each([
    ['deepseek-flash', v4],
    ['deepseek-v4-pro', v4],
    ['deepseek-ai/DeepSeek-V4-Flash', v4],
    ['deepseek/deepseek-v4.1', v4],
    ['deepseek-ai/DeepSeek-R1', always],
    ['deepseek-r1:8b', always],
    ['deepseek-r1-distill-qwen-32b', always],
    ['us.deepseek.r1-v1:0', always],
    ['deepseek-v3.2-speciale', always],
    ['deepseek-ai/DeepSeek-V3.2', ifTold],
    ['accounts/fireworks/models/deepseek-v3p1', ifTold],
    ['deepseek/deepseek-chat-v3.1', ifTold],
    ['deepseek.v3-v1:0', ifTold],
    ['deepseek-ai/DeepSeek-V3', never],
    ['deepseek/deepseek-chat-v3-0324', never],
    ['kimi-k3', three],
    ['kimi-k3.1-pro-highspeed', three],
    ['moonshotai/kimi-k3', three],
    ['kimi-k2.7-code', always],
    ['moonshotai/Kimi-K2-Thinking', always],
    ['kimi-k2.6', unlessTold],
    ['accounts/fireworks/models/kimi-k2p5', unlessTold],
    ['moonshotai/Kimi-K2-Instruct-0905', never],
    ['moonshot-v1-8k', never],
    ['glm-5.3', three],
    ['zai-glm-5-3-flash', three],
    ['glm-5.10', three],
    ['z-ai/glm-6', three],
    ['glm-5.2', { reasons: true, efforts: ['none', 'high', 'max'] }],
    ['glm-5', unlessTold],
    ['zai-org/GLM-4.6', unlessTold],
    ['glm-4.5-air', unlessTold],
    ['THUDM/GLM-Z1-32B-0414', always],
    ['THUDM/GLM-4.1V-9B-Thinking', always],
    ['glm-4-32b-0414', never],
    ['glm-4-plus', never],
    ['Qwen/QwQ-32B', always],
    ['qwen3-235b-a22b-thinking-2507', always],
    ['Qwen/Qwen3-235B-A22B-Instruct-2507', never],
    ['qwen3-coder-plus', never],
    ['qwen2.5:7b', never],
    ['qwen-max', never],
    ['qwen3-8b', unlessTold],
    ['qwen3:30b', unlessTold],
    ['Qwen/Qwen3.5-397B-A17B', unlessTold],
    ['qwen3.6-plus', unlessTold],
    ['qwen3-max', ifTold],
    ['qwen3.7-max', ifTold],
    ['qwen-plus', ifTold],
    ['qwen3-vl-plus', ifTold],
    ['qwen3.8-max', { reasons: true, efforts: ['none', 'low', 'medium', 'xhigh'] }],
    ['qwen3.8-flash', { reasons: true, efforts: ['none', 'low', 'medium', 'xhigh'] }],
    ['qwen3.8-max-preview', { reasons: true, efforts: ['low', 'medium', 'xhigh'] }],
    ['qwen3.8-27b', unlessTold],
    ['MiniMax-M3', { reasons: true, efforts: effortsBetween('none', 'high') }],
    ['minimax/minimax-m3.1-flash-preview', { reasons: true, efforts: effortsBetween('none', 'high') }],
    ['MiniMaxAI/MiniMax-M2.5', { reasons: true, efforts: effortsBetween('minimal', 'high') }],
    ['MiniMax-Text-01', never],
    ['gpt-oss-120b', always],
    ['some-other-model', { reasons: undefined, efforts: undefined }],
  ] as const)('%s', (name, { reasons, efforts }) => {
    expect(factsOf(name)).toMatchObject({ reasons });
    expect(factsOf(name).efforts).toEqual(efforts as never);
  });
});
