import { describe, expect, test } from 'bun:test';
import { IdSeal } from '../core/sealed-id.ts';
import { editedAnswer } from './seal-answer.ts';

const seal = new IdSeal(Buffer.alloc(32, 7));
const ORIGIN = 'http://gateway:1';

function editedFor(form: 'id' | 'name', answer: unknown): string {
  const sealing = { seal, caller: 'ann', backend: 'one', form };
  return editedAnswer(JSON.stringify(answer), { sealing, addresses: undefined, origin: ORIGIN });
}

function opened(text: string): unknown {
  return seal.open('ann', text);
}

describe('ids in an answer', () => {
  test.each([
    ['id', 'file-AbC123'],
    ['input_file_id', 'file-1'],
    ['file_ids', ['file-1', 'file-2']],
    ['first_id', 'msgbatch_01'],
    ['result_files', ['file-1']],
    ['vectorStoreId', 'vs_1'],
  ])('are sealed: %s', (key, value) => {
    const edited = JSON.parse(editedFor('id', { [key]: value }))[key] as string | string[];
    expect([edited].flat().map(opened)).toEqual([value].flat().map((id) => ({ backend: 'one', id })));
  });

  test.each([
    ['id', { id: 'batch_1', metadata: { x_id: 'file-ofBob', deep: [{ id: 'A-1001' }] } }],
    ['id', { id: 'call_1', arguments: { customer_id: 'C-1001' } }],
    ['name', { name: 'files/abc', customMetadata: [{ key: 'k', stringValue: 'files/of-bob' }] }],
  ] as const)('what an application keeps of its own is left alone: %s, %p', (form, answer) => {
    const edited = JSON.parse(editedFor(form, answer)) as Record<string, unknown>;
    const [first, own] = Object.keys(answer) as [string, string];
    expect(edited[own]).toEqual((answer as Record<string, unknown>)[own]);
    expect(edited[first]).not.toEqual((answer as Record<string, unknown>)[first]);
  });

  test.each([
    ['custom_id', 'mine-1'],
    ['organization_id', 'org-1'],
    ['model', 'gpt-5'],
    ['filename', 'file-1'],
    ['id', 'two words'],
    ['text', 'file-1'],
    ['id', null],
    ['id', 7],
  ])('others are left alone: %s', (key, value) => {
    expect(editedFor('id', { [key]: value })).toBe(JSON.stringify({ [key]: value }));
  });

  test.each([
    ['name', 'files/abc', 'files/*'],
    ['name', 'fileSearchStores/a-b/documents/c', 'fileSearchStores/*/documents/*'],
    ['name', 'models/veo-3/operations/o1', 'models/veo-3/operations/*'],
    ['uri', 'https://google/v1beta/files/abc', 'https://google/v1beta/files/*'],
    ['name', 'models/gemini-3', 'models/gemini-3'],
    ['text', 'files/abc', 'files/abc'],
    ['uri', 'https://example.com/files/abc', 'https://example.com/files/abc'],
  ])('names of Gemini: %s %s', (key, value, shape) => {
    const edited = JSON.parse(editedFor('name', { [key]: value }))[key] as string;
    expect(edited.replaceAll(/lp1x[0-9a-f]+/g, '*')).toBe(shape);
    // As its SDKs take a name out of an address.
    for (const name of edited.match(/lp1x[a-z0-9]+/g) ?? []) expect(opened(name)).toMatchObject({ backend: 'one' });
  });

  test('an address at which to ask for more is the gateway’s', () => {
    const addresses = {
      pattern: /^https?:\/\/[^?#]*?(\/v1\/messages\/batches\/[\w-]+\/results)$/,
      idsIn: (path: string) => [path.split('/')[4] ?? ''],
    };
    const answer = { results_url: 'https://api.example/v1/messages/batches/msgbatch_01/results' };
    const sealing = { seal, caller: 'ann', backend: 'one', form: 'id' as const };
    for (const how of [sealing, undefined]) {
      const { results_url: url } = JSON.parse(
        editedAnswer(JSON.stringify(answer), { sealing: how, addresses, origin: ORIGIN }),
      ) as { results_url: string };
      expect(url).toStartWith(`${ORIGIN}/v1/messages/batches/msgbatch_`);
      if (how === undefined) expect(url).toEndWith('/msgbatch_01/results');
      else expect(opened(url.split('/')[6] ?? '')).toEqual({ backend: 'one', id: 'msgbatch_01' });
    }
  });
});
