namespace Keycloak.ApiProtection.Load.SideBySide;

/// <summary>The texts of the tables in one language.</summary>
internal sealed record Wording
{
    public static Wording English { get; } = new()
    {
        Machine = "Machine: {0}. Keycloak {1}, NGINX {2}. {3}.",
        Load = """
            `GET /orders` over loopback, {0} connections of wrk, one repeated token of {1:N0} characters (RS256), freshness {2:0.#} s.
            Each row was measured in turn, {3} times for {4} s, after a warm-up of {5} s: the median, with the minimum and the maximum
            in parentheses. The load generator and all servers share the cores. The servers are Release builds that log only warnings
            and errors; NGINX writes no access log.
            """,
        LoadColumns =
        [
            "Way",
            "Requests/s",
            "Ratio to `/introspected/`, same round",
            "CPU per request: NGINX, µs",
            "API and check, µs",
            "Keycloak, µs",
            "Total, µs",
            "p50, ms",
            "p99, ms",
        ],
        Delay = """
            Seconds from the start of the action to the first rejection of a token that is in use on all ways (one request every 20 ms,
            but none during the action); freshness {0:0.#} s. Each action was measured {1} times, at different times between two
            introspection requests: the median, with the minimum and the maximum in parentheses.
            """,
        DelayColumns = ["Way", "Logout endpoint, s", "Revocation endpoint, s"],
        To = " to ",
        Answered = "Keycloak's own response",
        Ended = """
            Sessions that were ended while {2} callers used the access token on one way, without a pause between two requests. The
            table shows for how many of {0} sessions the access token was still accepted afterwards (1 s after the logout,
            {1:0.#} s + 1 s after the revocation), and for how many Keycloak still issued a new access token for the refresh token.
            """,
        EndedColumns =
        [
            "Way",
            "Logout endpoint: access token still accepted",
            "refresh token still valid",
            "Revocation endpoint: access token still accepted",
            "refresh token still valid",
        ],
        Share = "{0} of {1}",
        Ways = new Dictionary<string, string>
        {
            [Way.Introspected] = "`/introspected/`: NGINX calls Keycloak",
            [Way.Checked] = "`/checked/`: NGINX calls the token check",
            [Way.Direct] = "`/direct/`: the API verifies the token",
            [Way.WithoutNginx] = "The same API without NGINX",
        },
    };

    public static Wording Japanese { get; } = new()
    {
        Machine = "測定環境: {0}、Keycloak {1}、NGINX {2}、測定日 {3}。",
        Load = "ループバック経由の `GET /orders`。wrk の接続数は {0}、{1:N0} 文字のトークン(RS256)1 個を繰り返し使用し、鮮度(`Freshness`)は {2:0.#} 秒。各行 {5} 秒のウォームアップの後、各行を順番に {4} 秒ずつ {3} 回測定した中央値で、括弧内は最小値と最大値。"
            + "負荷生成ツールとすべてのサーバーが同じ CPU コアを共有している。サーバーは Release ビルドで、ログは警告以上のみ、NGINX のアクセスログは無効。",
        LoadColumns = ["方式", "リクエスト/秒", "同じ回の `/introspected/` に対する倍率", "1 リクエストあたりの CPU 時間: NGINX(µs)", "API と検査サービス(µs)", "Keycloak(µs)", "合計(µs)", "p50(ms)", "p99(ms)"],
        Delay = "すべての方式で使用中のトークン(20 ミリ秒ごとにリクエスト。ただし操作の最中は送らない)について、操作の開始から最初に拒否されるまでの秒数。鮮度は {0:0.#} 秒。Keycloak への問い合わせの間隔の中で時点を変えて各 {1} 回測定した中央値で、括弧内は最小値と最大値。",
        DelayColumns = ["方式", "ログアウトエンドポイント(秒)", "失効エンドポイント(秒)"],
        To = "〜",
        Answered = "Keycloak 自身の応答",
        Ended = "{2} つの接続がアクセストークンを 1 つの方式で間を置かずに使い続けている最中に終了させたセッション {0} 個のうち、終了後(ログアウトの 1 秒後、失効の {1:0.#} 秒 + 1 秒後)もアクセストークンが受け入れられた数と、"
            + "Keycloak がリフレッシュトークンから新しいアクセストークンを発行した数。",
        EndedColumns = ["方式", "ログアウトエンドポイント: アクセストークンが有効なまま", "リフレッシュトークンが有効なまま", "失効エンドポイント: アクセストークンが有効なまま", "リフレッシュトークンが有効なまま"],
        Share = "{1} 個中 {0} 個",
        Ways = new Dictionary<string, string>
        {
            [Way.Introspected] = "`/introspected/`: NGINX が Keycloak に問い合わせる",
            [Way.Checked] = "`/checked/`: NGINX がトークン検査エンドポイントに問い合わせる",
            [Way.Direct] = "`/direct/`: API が自身で検証する",
            [Way.WithoutNginx] = "同じ API(NGINX なし)",
        },
    };

    public required string Machine { get; init; }

    public required string Load { get; init; }

    public required IReadOnlyList<string> LoadColumns { get; init; }

    public required string Delay { get; init; }

    public required IReadOnlyList<string> DelayColumns { get; init; }

    public required string Ended { get; init; }

    public required IReadOnlyList<string> EndedColumns { get; init; }

    public required string Share { get; init; }

    public required string To { get; init; }

    public required string Answered { get; init; }

    public required IReadOnlyDictionary<string, string> Ways { get; init; }
}
