import { beforeEach, expect, test } from 'bun:test';
import { RequestRoom } from './request-room.ts';

const LIMIT = 20_000;
const RESERVED = 512;

let room: RequestRoom;
let files: number;

beforeEach(() => {
  room = new RequestRoom();
  files = 50;
});

function spare(): number {
  return Math.max(0, LIMIT - RESERVED - files);
}

/** How many of so many requests that come at once are let in, each opening so many files. */
function admitted(requests: number, filesOfEach: number): number {
  let count = 0;
  room.counted(spare(), 0);
  for (let n = 0; n < requests; n++) {
    if (!room.isThere(count)) continue;
    count++;
    files += filesOfEach;
  }
  return count;
}

test('without a count there is always room', () => {
  expect(room.isThere(1_000_000)).toBe(true);
});

test('clients that are connected already are let in until the files are used up', () => {
  room.count = spare;
  files += 10_000;
  expect(admitted(10_000, 1)).toBeGreaterThan(9430);
  expect(files).toBeLessThanOrEqual(LIMIT - RESERVED);
  expect(files).toBeGreaterThan(LIMIT - RESERVED - 3);
});

test('clients that come with their requests never take more files than there are', () => {
  room.count = spare;
  expect(admitted(20_000, 2)).toBeGreaterThan(9700);
  expect(files).toBeLessThanOrEqual(LIMIT - RESERVED);
});

test('where it is too soon to count again, each is taken to need two', () => {
  let counts = 0;
  room.count = () => void counts++;
  files += 10_000;
  expect(admitted(10_000, 1)).toBe(Math.floor((LIMIT - RESERVED - 10_050) / 2));
  expect(counts).toBeGreaterThan(0);
});

test('there is room again when requests are over', () => {
  room.count = () => undefined;
  room.counted(4, 0);
  expect([room.isThere(1), room.isThere(2), room.isThere(1)]).toEqual([true, false, true]);
});
