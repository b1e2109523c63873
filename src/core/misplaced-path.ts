/** A path whose end is an endpoint: most often the client's base URL holds too much. */
export interface MisplacedPath {
  /** What stands in front of the endpoint. */
  readonly prefix: string;
  readonly endpoint: string;
}
