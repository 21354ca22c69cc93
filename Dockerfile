# One static binary in an empty image. BASE may be any image: the binary needs nothing of it.
ARG BUILDER=golang:1.26
ARG BASE=scratch

# It builds where it runs, for any architecture.
FROM --platform=$BUILDPLATFORM ${BUILDER} AS build
WORKDIR /source
COPY . .
ARG VERSION=dev
ARG TARGETOS
ARG TARGETARCH
RUN --mount=type=cache,target=/root/.cache/go-build --mount=type=cache,target=/go/pkg/mod \
    CGO_ENABLED=0 GOOS=${TARGETOS} GOARCH=${TARGETARCH} go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /out/holotwin ./cmd/holotwin
# What an empty image lacks: folders to write to, and the certificates that outgoing calls are checked against.
RUN mkdir -p /writable/tmp && mkdir -m 0700 /writable/data && mkdir -p /out/etc/ssl/certs && cp /etc/ssl/certs/ca-certificates.crt /out/etc/ssl/certs/

FROM ${BASE}
COPY --from=build /out/ /
COPY --from=build --chown=65532:65532 /writable/ /
WORKDIR /
USER 65532:65532
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["/holotwin", "health"]
ENTRYPOINT ["/holotwin"]
CMD ["serve"]
