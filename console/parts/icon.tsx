/** Paths on a grid of 16 × 16, drawn with a line of 1.5. */
const ICONS = {
  overview: 'M2.5 2.5h4.5v6H2.5zM9 2.5h4.5v3.5H9zM9 8.5h4.5v5H9zM2.5 11h4.5v2.5H2.5z',
  live: 'M1.5 8h3l2-5 3 10 2-5h3',
  requests: 'M2.5 4h11M2.5 8h11M2.5 12h7',
  usage: 'M2.5 13.5h11M4.5 11V7M8 11V3M11.5 11V5.5',
  keys: 'M10.5 2.5a3 3 0 1 1-2.6 4.5L2.5 12.4v1.1h2v-1.5h1.5V10.5l2-2M11 5h.01',
  teams:
    'M6 7.5a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6zM1.8 13.2a4.2 4.2 0 0 1 8.4 0M10.8 3.2a2.2 2.2 0 0 1 0 4.2M12.2 9.6a4 4 0 0 1 2 3.6',
  routes: 'M2 8h3.5l3-4.5H14M5.5 8l3 4.5H14M12 1.5l2 2-2 2M12 10.5l2 2-2 2',
  playground: 'M2.5 3.5h11v8h-6l-3 2.5v-2.5h-2zM5.5 6.5h5M5.5 9h3',
  connect: 'M6 10 10 6M7 4.5l1.5-1.5a3 3 0 0 1 4.3 4.3L11.5 9M9 11.5 7.5 13a3 3 0 0 1-4.3-4.300L4.5 7',
  config: 'M2.5 4.500h7M12.5 4.500h1M2.5 11.500h1M6.5 11.500h7M11 3v3M5 10v3',
  audit: 'M4 2.500h6l2.5 2.500v8.500H4zM6 8h4.500M6 10.500h4.500M9.5 2.500v3h3',
  search: 'M7 11.500a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.3 10.300l3.2 3.2',
  menu: 'M2.5 4h11M2.5 8h11M2.5 12h11',
  close: 'M4 4l8 8M12 4l-8 8',
  check: 'M3 8.500l3.5 3.500L13 4.5',
  cross: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM6 6l4 4M10 6l-4 4',
  warning: 'M8 2.500l6 10.500H2zM8 6.500v3M8 11.300h.01',
  info: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 7.500v3.500M8 5.200h.01',
  clock: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 4.800V8l2.2 1.6',
  retry: 'M13 8a5 5 0 1 1-1.5-3.500L13 6M13 2.800V6H9.8',
  copy: 'M5.5 5.500h8v8h-8zM3 10.500h-.500v-8h8V3',
  down: 'M4 6l4 4 4-4',
  right: 'M6 4l4 4-4 4',
  up: 'M4 10l4-4 4 4',
  arrow: 'M3 8h10M9 4l4 4-4 4',
  sun: 'M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM8 1.500v1.500M8 13v1.500M1.5 8H3M13 8h1.500M3.4 3.400l1 1M11.6 11.600l1 1M3.4 12.600l1-1M11.6 4.400l1-1',
  moon: 'M13 9.500A5.5 5.5 0 0 1 6.5 3a5.5 5.5 0 1 0 6.5 6.500z',
  globe: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM2 8h12M8 2c2 2 2.5 4 2.5 6S10 12 8 14C6 12 5.5 10 5.5 8S6 4 8 2z',
  user: 'M8 8a2.7 2.7 0 1 0 0-5.400A2.7 2.7 0 0 0 8 8zM3 13.500a5 5 0 0 1 10 0',
  exit: 'M6.5 2.500h-3v11h3M9.5 5l3 3-3 3M12.5 8h-6',
  keyboard: 'M1.5 4h13v8h-13zM4 6.500h.01M6.5 6.500h.01M9 6.500h.01M11.5 6.500h.01M5 9.500h6',
  pause: 'M5.5 3.500v9M10.5 3.500v9',
  play: 'M5 3.500l7 4.5-7 4.500z',
  plus: 'M8 3v10M3 8h10',
  trash: 'M3 4.500h10M6.5 4.500v-2h3v2M4.5 4.500l.5 9h6l.5-9',
  download: 'M8 2.500v7.500M5 7l3 3 3-3M3 13.500h10',
  link: 'M9.5 2.500h4v4M13.5 2.5 7.5 8.500M11.5 9v4.500h-9v-9H7',
  filter: 'M2.5 3.500h11l-4.2 5v4l-2.6 1v-5z',
  team: 'M8 7.500a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM3.5 13.500a4.5 4.5 0 0 1 9 0',
  money:
    'M8 1.800v12.400M11 4.500C10.4 3.6 9.3 3.2 8 3.200c-1.8 0-3 .9-3 2.3 0 3.2 6.2 1.6 6.2 4.9 0 1.5-1.4 2.4-3.2 2.4-1.5 0-2.7-.5-3.3-1.5',
  shown:
    'M1.5 8s2.4-4.500 6.500-4.500S14.5 8 14.5 8 12.100 12.500 8 12.500 1.5 8 1.5 8zM8 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4z',
  hidden:
    'M2 2l12 12M6.3 3.800A6.600 6.600 0 0 1 8 3.500c4.100 0 6.500 4.500 6.500 4.500a11 11 0 0 1-2 2.500M4.200 5A11 11 0 0 0 1.500 8s2.400 4.500 6.500 4.500a6.600 6.600 0 0 0 2.700-.6M6.600 6.600a2 2 0 0 0 2.800 2.800',
  dot: 'M8 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4z',
} as const;

export type IconName = keyof typeof ICONS;

/** What a picture is drawn with, for what is painted without a component. */
export function iconPath(name: IconName): string {
  return ICONS[name];
}

/** A picture beside a word, or, with `label`, in its place. */
export function Icon({ name, label }: { readonly name: IconName; readonly label?: string }) {
  return (
    <svg
      class="icon"
      viewBox="0 0 16 16"
      aria-hidden={label === undefined}
      aria-label={label}
      role={label === undefined ? undefined : 'img'}
    >
      <path d={ICONS[name]} />
    </svg>
  );
}
