using Keycloak.ApiProtection.Realms;
using Keycloak.ApiProtection.Realms.Keys;
using Keycloak.ApiProtection.Tests.Realms;
using Keycloak.ApiProtection.Tokens;
using Keycloak.ApiProtection.Tokens.Verified;

namespace Keycloak.ApiProtection.Tests.Tokens;

/// <summary>The part of the API that verifies the tokens, and a realm that counts every request.</summary>
internal sealed class OrdersApi : IDisposable
{
    public const string Accepted = "accepted";
    public const string Undecided = "undecided";
    public const string Audience = "orders-api";
    public const string KeyId = "NwIKIyGz4fe7S2uzsIDRQsAXbtcWP4lXvTcwHAZlFBw";

    private readonly RealmKeys _keys;

    private OrdersApi(RealmStub realm, RealmKeys keys, TokenPolicy policy)
    {
        Realm = realm;
        _keys = keys;
        Policy = policy;
        Verifier = new AccessTokenVerifier(policy, keys, realm.Time, new VerifiedTokenCounts());
        Remembering = Remember(policy);
    }

    /// <summary>The signing key of Keycloak in these tests: an RSA key that the key set lists for RS256 only.</summary>
    public static TestKey Key { get; } = TestKey.Rsa(KeyId, "RS256");

    public RealmStub Realm { get; }

    public TokenPolicy Policy { get; }

    public RealmKeys Keys => _keys;

    /// <summary>A verifier without a cache.</summary>
    public AccessTokenVerifier Verifier { get; }

    /// <summary>A verifier with a cache of verified tokens.</summary>
    public AccessTokenVerifier Remembering { get; }

    /// <summary>The counts of <see cref="Remembering"/>. A miss is a signature that it checked.</summary>
    public VerifiedTokenCounts Counts { get; private set; } = null!;

    public DateTimeOffset Now => Realm.Now;

    /// <summary>A valid token of Keycloak 26.</summary>
    public SignedToken Alice => Token(KeycloakPayloads.Alice);

    /// <summary>Starts an API that has read the keys of its realm, which took two requests.</summary>
    public static Task<OrdersApi> StartAsync(params TestKey[] moreKeys) => StartAsync(Asking(), moreKeys);

    public static async Task<OrdersApi> StartAsync(TokenPolicy policy, params TestKey[] moreKeys)
    {
        var realm = new RealmStub([Key, .. moreKeys]);

        return new OrdersApi(realm, await realm.OpenReadAsync(), policy);
    }

    /// <summary>Starts an API that has read no keys yet.</summary>
    public static OrdersApi StartWithoutKeys()
    {
        var realm = new RealmStub(Key);

        return new OrdersApi(realm, realm.Open(), Asking());
    }

    public static TokenPolicy Asking(
        int maximumSize = 16 * 1024,
        string[]? issuers = null,
        string[]? audiences = null,
        bool anyAudience = false,
        string[]? algorithms = null,
        int clockSkew = 30) => new()
        {
            MaximumSize = maximumSize,
            Algorithms = [.. SigningAlgorithm.All.Where(algorithm => algorithms is null || algorithms.Contains(algorithm.Name))],
            Issuers = issuers ?? [RealmStub.Issuer],
            Audiences = anyAudience ? null : audiences ?? [Audience],
            ClockSkew = TimeSpan.FromSeconds(clockSkew),
            Claims = new KeycloakClaimsOptions(),
        };

    /// <summary>Another scheme of the same application, with the same keys and its own cache.</summary>
    public AccessTokenVerifier Remember(TokenPolicy policy)
    {
        Counts = new VerifiedTokenCounts();
        return new AccessTokenVerifier(policy, _keys, Realm.Time, Counts, new VerifiedTokens(1024, policy.ClockSkew, Realm.Time, Counts));
    }

    public SignedToken Token(string payload) => SignedToken.Of(payload, RealmStub.Issuer, Now, Key);

    public Task<string> VerdictAsync(SignedToken token) => VerdictAsync(token.Text);

    /// <summary>Returns the code of the rejection, or <see cref="Accepted"/>, or <see cref="Undecided"/>.</summary>
    public Task<string> VerdictAsync(string token) => VerdictAsync(Verifier, token);

    public static async Task<string> VerdictAsync(AccessTokenVerifier verifier, string token)
    {
        var verification = await verifier.VerifyAsync(token.AsMemory(), TestContext.Current.CancellationToken);
        var accepted = verification.IsAccepted(out _);
        var refused = verification.IsRejected(out var rejection);
        Assert.False(accepted && refused);

        return accepted ? Accepted : refused ? rejection!.Code : Undecided;
    }

    public async Task<AccessToken> AcceptAsync(SignedToken token)
    {
        var verification = await Verifier.VerifyAsync(token.Text.AsMemory(), TestContext.Current.CancellationToken);
        Assert.True(verification.IsAccepted(out var accepted));

        return accepted;
    }

    /// <summary>Returns the rejection of the token with the texts of the log.</summary>
    public async Task<TokenRejection> ExplainAsync(string token)
    {
        var verification = await Verifier.VerifyAsync(token.AsMemory(), TestContext.Current.CancellationToken);
        Assert.True(verification.IsRejected(out var rejection));

        return TokenDiagnosis.Explain(rejection, token, Policy, Now);
    }

    /// <summary>Waits for the refresh in progress, if there is one.</summary>
    public Task SettledAsync() => _keys.Settled;

    /// <summary>Asserts that no request was sent to Keycloak since the keys were read at startup.</summary>
    public void AssertNoFurtherRequests() => Assert.Equal(2, Realm.Requests);

    public void Dispose()
    {
        _keys.Dispose();
        Realm.Dispose();
    }
}
