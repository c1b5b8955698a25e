namespace Keycloak.ApiProtection.Load.SideBySide;

/// <summary>What stands around the numbers, in one language.</summary>
internal sealed record Wording
{
    public static Wording English { get; } = new()
    {
        Machine = "Machine: {0}. Keycloak {1}, NGINX {2}. {3}.",
        Load = "`GET /orders` over loopback, {0} connections of wrk, one token of {1:N0} letters (RS256) again and again; freshness {2:0.#} s. Each row in turn, {3} times {4} s, after {5} s each to warm up: medians, and in brackets "
            + "the least and the most. Load generator and all servers share the cores. The servers are release builds that log from warnings on, NGINX writes no access log.",
        LoadColumns = ["Way", "Requests/s", "Over `/introspected/`, same round", "CPU a request: NGINX, µs", "API and check, µs", "Keycloak, µs", "All, µs", "p50, ms", "p99, ms"],
        Delay = "From the beginning of the act to the first refusal of a token that is in use on all ways (a request every 20 ms), in seconds; freshness {0:0.#} s. {1} times each, at different moments between two "
            + "questions to Keycloak: the median, and in brackets the least and the most.",
        DelayColumns = ["Way", "Logout endpoint, s", "Revocation endpoint, s"],
        To = " to ",
        Answered = "Keycloak's own answer",
        Ways = new Dictionary<string, string>
        {
            [Way.Introspected] = "`/introspected/`: NGINX asks Keycloak",
            [Way.Checked] = "`/checked/`: NGINX asks the token check",
            [Way.Direct] = "`/direct/`: the API protects itself",
            [Way.WithoutNginx] = "The same API without NGINX",
        },
    };

    public static Wording Japanese { get; } = new()
    {
        Machine = "測定環境: {0}、Keycloak {1}、NGINX {2}、測定日 {3}。",
        Load = "ループバック経由の `GET /orders`。wrk の接続数は {0}、{1:N0} 文字のトークン(RS256)1 個を繰り返し使用し、鮮度(`Freshness`)は {2:0.#} 秒。各行 {5} 秒のウォームアップの後、各行を順番に {4} 秒ずつ {3} 回測定した中央値で、括弧内は最小値と最大値。"
            + "負荷生成ツールとすべてのサーバーが同じ CPU コアを共有している。サーバーは Release ビルドで、ログは警告以上のみ、NGINX のアクセスログは無効。",
        LoadColumns = ["方式", "リクエスト/秒", "同じ回の `/introspected/` に対する倍率", "1 リクエストあたりの CPU 時間: NGINX(µs)", "API と検査サービス(µs)", "Keycloak(µs)", "合計(µs)", "p50(ms)", "p99(ms)"],
        Delay = "すべての方式で使用中のトークン(20 ミリ秒ごとにリクエスト)について、操作の開始から最初に拒否されるまでの秒数。鮮度は {0:0.#} 秒。Keycloak への問い合わせの間隔の中で時点を変えて各 {1} 回測定した中央値で、括弧内は最小値と最大値。",
        DelayColumns = ["方式", "ログアウトエンドポイント(秒)", "失効エンドポイント(秒)"],
        To = "〜",
        Answered = "Keycloak 自身の応答",
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

    public required string To { get; init; }

    public required string Answered { get; init; }

    public required IReadOnlyDictionary<string, string> Ways { get; init; }
}
