/** The working directory is the operator's: files that happen to lie there must not change the program. */
export const NOTHING_FROM_THE_WORKING_DIRECTORY = {
  autoloadDotenv: false,
  autoloadBunfig: false,
  autoloadTsconfig: false,
  autoloadPackageJson: false,
} as const;
