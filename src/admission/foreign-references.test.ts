import { expect, test } from 'bun:test';
import { Refusal } from '../core/refusal.ts';
import { refuseForeignReferences } from './foreign-references.ts';

test.each([
  ['{"input_file_id":"file-BobsBobsBobs1234"}'],
  ['{"input_file\\u005fid":"file-BobsBobsBobs1234"}'],
  ['{"input_file_id":"file\\u002dBobsBobsBobs1234"}'],
  ['{"fileData":{"fileUri":"https://g.example/v1beta/files/of-bob"}}'],
  ['{"input_config":{"file_name":"files/of-bob"}}'],
])('%s is refused: it is a provider’s own id', (body) => {
  expect(() => refuseForeignReferences(body)).toThrow(Refusal);
});

test.each([
  ['{"input_file_id":"file-lp1-AAAA"}'],
  ['{"file_name":"files/lp1x00"}'],
  ['{"text":"file-BobsBobsBobs1234"}'],
  ['{"text":"see files/of-bob for more"}'],
  ['{"file_id":"my own name"}'],
])('%s is not', (body) => {
  expect(() => refuseForeignReferences(body)).not.toThrow();
});
