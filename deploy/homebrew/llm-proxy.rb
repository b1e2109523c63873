# The formula of a release is made of this by `make formula`: scripts/formula.ts puts its version and checksums in.
class LlmProxy < Formula
  desc "Gateway for LLM APIs: one address, one key, many providers, failover"
  homepage "https://github.com/llm-proxy/llm-proxy"
  version "{{version}}"
  license "MIT"

  on_macos do
    on_arm do
      url "{{url darwin-arm64}}"
      sha256 "{{sha256 darwin-arm64}}"
    end
    on_intel do
      url "{{url darwin-x64}}"
      sha256 "{{sha256 darwin-x64}}"
    end
  end

  on_linux do
    on_arm do
      url "{{url linux-arm64}}"
      sha256 "{{sha256 linux-arm64}}"
    end
    on_intel do
      url "{{url linux-x64}}"
      sha256 "{{sha256 linux-x64}}"
    end
  end

  livecheck do
    url :stable
    strategy :github_latest
  end

  def install
    bin.install Dir["llm-proxy-*"].first => "llm-proxy"
    (etc/"llm-proxy").mkpath
    (var/"llm-proxy").mkpath
  end

  def caveats
    <<~EOS
      Without a config it serves an embedded demo model. To have a config of your own:
        llm-proxy init -c #{etc}/llm-proxy/config.yaml
      As a service it reads that file, follows its changes, and has its log files in #{var}/llm-proxy/logs.
    EOS
  end

  service do
    run [opt_bin/"llm-proxy", "serve"]
    environment_variables LLM_PROXY_CONFIG: etc/"llm-proxy/config.yaml"
    working_dir var/"llm-proxy"
    keep_alive true
    log_path var/"log/llm-proxy.log"
    error_log_path var/"log/llm-proxy.log"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/llm-proxy --version")
    port = free_port
    gateway = spawn bin/"llm-proxy", "serve", "--listen", "127.0.0.1:#{port}"
    begin
      request = '{"model":"demo","messages":[{"role":"user","content":"Hello"}]}'
      answer = shell_output("curl -s --retry 20 --retry-connrefused --retry-delay 1 -d '#{request}' " \
                            "http://127.0.0.1:#{port}/v1/chat/completions")
      assert_match "chat.completion", answer
    ensure
      Process.kill "TERM", gateway
      Process.wait gateway
    end
  end
end
