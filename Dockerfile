# syntax=docker/dockerfile:1
# Builds on the machine's own platform and cross-compiles for the image's: no emulation for a foreign architecture.
FROM --platform=$BUILDPLATFORM node:22-bookworm-slim@sha256:43ac6c60b8f89723f746e8a92ce91abd5017e627ce1ddfe4238355d3a30b772c AS build
ARG TARGETARCH
WORKDIR /build
COPY package.json package-lock.json .npmrc bunfig.toml tsconfig.json ./
COPY scripts scripts
RUN bash scripts/dependencies.sh --runtime
COPY src src
COPY console console
RUN case "$TARGETARCH" in \
      amd64) target=linux-x64 ;; \
      arm64) target=linux-arm64 ;; \
      *) echo "no executable for $TARGETARCH" >&2; exit 1 ;; \
    esac \
    && node_modules/.bin/bun scripts/build.ts "--target=$target" \
    && install -D -m 755 "dist/llm-proxy-$target" /out/usr/local/bin/llm-proxy \
    && install -d -o 65532 -g 65532 /out/var/lib/llm-proxy \
    && install -d -m 1777 /out/var/lib/llm-proxy/logs \
    && install -d /out/etc/llm-proxy

# glibc, CA certificates and time zones are all that the executable needs; there is no shell. User 65532 is `nonroot`.
FROM gcr.io/distroless/base-nossl-debian12:nonroot@sha256:be40c00dfabd86576d92666e87e406714d5618342de1a0c213ad232de255172e
COPY --from=build /out /
USER 65532:65532
# A relative `logging.base_dir` (./logs, the default) is under this directory. Whoever `--user` names may write logs there.
WORKDIR /var/lib/llm-proxy
VOLUME /var/lib/llm-proxy/logs
# Without a config it serves the demo. A container's own loopback leads nowhere, so it listens on all of its addresses; who
# reaches them is for `--publish` to say. The last one is what it tells a person to type.
ENV LLM_PROXY_CONFIG=/etc/llm-proxy/config.yaml \
    LLM_PROXY_LISTEN=:8765 \
    LLM_PROXY_COMMAND='docker run --rm -u "$(id -u):$(id -g)" -v "$PWD:/etc/llm-proxy" ghcr.io/llm-proxy/llm-proxy'
EXPOSE 8765
# Asks where the config or LLM_PROXY_LISTEN says that it listens.
HEALTHCHECK --interval=15s --timeout=5s --start-period=5s CMD ["/usr/local/bin/llm-proxy", "health"]
# SIGTERM drains.
ENTRYPOINT ["/usr/local/bin/llm-proxy"]
CMD ["serve"]
