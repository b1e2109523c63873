import { wordsOf } from '../lib/language.ts';

const en = {
  filters: {
    trace_id: 'Trace or request ID',
    status: 'Status',
    caller: 'Caller',
    team: 'Team',
    alias: 'Model asked',
    model: 'Model served',
    backend: 'Backend',
    failure: 'An attempt failed with',
    error_code: 'Error code',
    key_id: 'Key ID',
    session: 'Session',
    end_user: 'End user',
    owner: 'Owner',
    tag: 'Tag',
    min_cost: 'Cost from (USD)',
    min_duration_ms: 'Duration from (ms)',
    min_ttft_ms: 'First token from (ms)',
    unpriced: 'Without a price',
    stream: 'Streamed',
  },
  statuses: {
    ok: 'OK',
    failed: 'Failed or broken off',
    error: '4xx and 5xx',
    failed_over: 'Failed over',
    '429': '429',
    '4xx': '4xx',
    '5xx': '5xx',
  },
  yesNo: { yes: 'yes', no: 'no' },
};

const zh: typeof en = {
  filters: {
    trace_id: '跟踪或请求 ID',
    status: '状态',
    caller: '调用方',
    team: '团队',
    alias: '请求的模型',
    model: '实际模型',
    backend: '后端',
    failure: '某次尝试的失败原因',
    error_code: '错误代码',
    key_id: '密钥 ID',
    session: '会话',
    end_user: '最终用户',
    owner: '负责人',
    tag: '标签',
    min_cost: '最低费用（美元）',
    min_duration_ms: '最短耗时（毫秒）',
    min_ttft_ms: '最短首 Token 时间（毫秒）',
    unpriced: '没有价格',
    stream: '流式',
  },
  statuses: {
    ok: '成功',
    failed: '失败或中断',
    error: '4xx 和 5xx',
    failed_over: '发生故障转移',
    '429': '429',
    '4xx': '4xx',
    '5xx': '5xx',
  },
  yesNo: { yes: '是', no: '否' },
};

/** The names of what requests are searched by. */
export const words = wordsOf(en, zh);
