/** The client's connection, and the backend's. */
const FILES_OF_REQUEST = 2;

/**
 * How many requests the files that may still be opened are enough for. Each is taken to need two, for its client may have
 * come after the last count. Clients that were connected before need only one: so before anybody is refused the files are
 * counted again.
 */
export class RequestRoom {
  /** Counts how many more files may be opened; undefined where it is too soon to count again. */
  count: (() => number | undefined) | undefined;
  #most = Infinity;

  /** So many files may be opened beside those of the requests under way. */
  counted(files: number, requests: number): void {
    this.#most = requests + Math.floor(files / FILES_OF_REQUEST);
  }

  /** Whether there is room for one more request beside those. */
  isThere(requests: number): boolean {
    if (requests < this.#most) return true;
    const files = this.count?.();
    if (files !== undefined) this.counted(files, requests);
    return requests < this.#most;
  }
}
