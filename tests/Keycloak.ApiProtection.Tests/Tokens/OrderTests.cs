using Keycloak.ApiProtection.Tests.Realms;

namespace Keycloak.ApiProtection.Tests.Tokens;

/// <summary>
/// Inexpensive checks come first: a token with several faults is rejected for the first one in this list, and invalid tokens cause no
/// requests to Keycloak.
/// </summary>
public sealed class OrderTests
{
    private static readonly TestKey Foreign = TestKey.Rsa("foreign", "RS256", which: 1);

    private static readonly (string Code, Func<SignedToken, SignedToken> Spoil)[] Faults =
    [
        ("size", token => token.And($"\"long\":\"{new string('x', 20_000)}\"")),
        ("form", token => token.Signed(_ => [])),
        ("jose_header", token => token.AndHeader("\"alg\":\"none\"")),
        ("critical", token => token.WithHeader("crit", "[\"exp\"]")),
        ("header_type", token => token.WithHeader("typ", "\"logout+jwt\"")),
        ("algorithm", token => token.WithHeader("alg", "\"RS1\"")),
        ("payload", token => token.And("\"iss\":\"https://evil.example\"")),
        ("issuer", token => token.WithText("iss", "https://evil.example")),
        ("kind_id", token => token.WithText("typ", "ID")),
        ("bound_certificate", token => token.With("cnf", "{\"x5t#S256\":\"x\"}")),
        ("expired", token => token.With("exp", "1")),
        ("not_yet_valid", token => token.With("nbf", "253402300799")),
        ("issued_ahead", token => token.With("iat", "253402300799")),
        ("lightweight", token => token.Without("aud", "realm_access", "resource_access").WithText("jti", "onltro:1")),
        ("audience", token => token.With("aud", "\"account\"")),
        ("key_missing", token => token.WithoutHeader("kid")),
        ("key_unknown", token => token.WithHeader("kid", "\"nobody\"")),
        ("key_unfit", token => token.WithHeader("alg", "\"PS256\"")),
        ("signature", token => token.SignedBy(Foreign)),
    ];

    public static TheoryData<string> Codes => [.. Faults.Select(fault => fault.Code)];

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task A_token_with_two_faults_is_rejected_for_the_first_one(string code)
    {
        using var api = await OrdersApi.StartAsync();
        var first = Array.FindIndex(Faults, fault => fault.Code == code);

        // The later fault is applied first, so that the earlier one wins if both change the same part.
        for (var second = first + 1; second < Faults.Length; second++)
        {
            Assert.Equal(code, await api.VerdictAsync(Faults[first].Spoil(Faults[second].Spoil(api.Alice))));
        }

        Assert.Equal(code, await api.VerdictAsync(Faults[first].Spoil(api.Alice)));
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice));
        AssertRequests(api, code);
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task A_token_with_a_fault_and_all_later_ones_is_rejected_for_the_first_one(string code)
    {
        using var api = await OrdersApi.StartAsync();
        var first = Array.FindIndex(Faults, fault => fault.Code == code);
        var worst = Faults[first..].Reverse().Aggregate(api.Alice, (token, fault) => fault.Spoil(token));

        Assert.Equal(code, await api.VerdictAsync(worst));
        AssertRequests(api, code);
    }

    [Fact]
    public async Task Only_an_otherwise_valid_token_with_an_unknown_key_causes_a_fetch_and_only_one()
    {
        using var api = await OrdersApi.StartAsync();
        var unknown = Faults[^3].Spoil(api.Alice);

        foreach (var (code, spoil) in Faults[..^4])
        {
            Assert.Equal(code, await api.VerdictAsync(spoil(unknown)));
        }

        api.AssertNoFurtherRequests();
        Assert.Equal("key_unknown", await api.VerdictAsync(unknown));
        Assert.Equal("key_unknown", await api.VerdictAsync(unknown));
        Assert.Equal((1, 2), (api.Realm.Discoveries, api.Realm.Fetches));
    }

    private static void AssertRequests(OrdersApi api, string code) =>
        Assert.Equal((1, code == "key_unknown" ? 2 : 1), (api.Realm.Discoveries, api.Realm.Fetches));
}
