using Keycloak.ApiProtection.GatewayTests.Clients;
using Keycloak.ApiProtection.GatewayTests.Fixtures;
using Keycloak.ApiProtection.Testing;

namespace Keycloak.ApiProtection.GatewayTests;

/// <summary>Tokens that are bound to a client's key (DPoP), on each way of the sample.</summary>
public sealed class BoundTokenTests(RunningSystem system) : IClassFixture<RunningSystem>, IDisposable
{
    private readonly DpopKey _key = system.Realm.Dpop();

    public static TheoryData<string> Proving => [Way.Checked, Way.Direct];

    public void Dispose() => _key.Dispose();

    [Theory]
    [MemberData(nameof(Proving))]
    public async Task A_bound_token_is_accepted_once_with_a_proof_for_the_clients_request(string way)
    {
        var token = Bound();
        var proof = Proof(token, $"/{way}/email");

        var answer = await SendAsync(way, token, proof);
        Assert.Equal(200, answer.Status);
        Assert.EndsWith("alice@example.com", answer.Text, StringComparison.Ordinal);
        AssertRejected("invalid_dpop_proof", await SendAsync(way, token, proof));
        Assert.Equal(200, (await SendAsync(way, token, Proof(token, $"/{way}/email"), "?page=2")).Status);
    }

    [Theory]
    [MemberData(nameof(Proving))]
    public async Task A_bound_token_is_rejected_without_a_proof_for_the_clients_request_by_its_key(string way)
    {
        var token = Bound();
        using var thief = system.Realm.Dpop();

        AssertRejected("invalid_dpop_proof", await SendAsync(way, token, proof: null));
        AssertRejected("invalid_dpop_proof", await SendAsync(way, token, Proof(token, "/email")));
        AssertRejected("invalid_dpop_proof", await SendAsync(way, token, Proof(token, $"/{way}/orders")));
        AssertRejected("invalid_dpop_proof", await SendAsync(way, token, Proof(token, $"/{way}/email", HttpMethod.Post)));
        AssertRejected("invalid_token", await SendAsync(way, token, Proof(token, $"/{way}/email", key: thief)));
        AssertRejected("invalid_token", await SendAsync(way, token, Proof(token, $"/{way}/email"), scheme: "Bearer"));
    }

    [Fact]
    public async Task The_way_with_a_script_rejects_a_bound_token_because_it_cannot_check_the_proof()
    {
        var token = Bound();

        Assert.NotEqual(200, (await SendAsync(Way.Introspected, token, Proof(token, "/introspected/email"))).Status);
        Assert.Equal(401, (await SendAsync(Way.Introspected, token, Proof(token, "/introspected/email"), scheme: "Bearer")).Status);
    }

    private static void AssertRejected(string error, RawAnswer answer)
    {
        Assert.Equal(401, answer.Status);
        Assert.Contains($"error=\"{error}\"", answer.Header("WWW-Authenticate"), StringComparison.Ordinal);
        Assert.DoesNotContain("@example.com", answer.Text, StringComparison.Ordinal);
    }

    private string Bound() => system.Realm.Token("alice").For("cli").BoundTo(_key).Create();

    private string Proof(string token, string path, HttpMethod? method = null, DpopKey? key = null) =>
        (key ?? _key).Proof(method ?? HttpMethod.Get, new Uri(system.Article.Nginx.Address, path)).For(token).Create();

    private Task<RawAnswer> SendAsync(string way, string token, string? proof, string query = "", string scheme = "DPoP")
    {
        string[] headers = [$"Host: {system.Article.Nginx.Address.Authority}", $"Authorization: {scheme} {token}"];
        return system.SendAsync(
            way, Request.With($"GET /{{way}}/email{query} HTTP/1.1", proof is null ? headers : [.. headers, $"DPoP: {proof}"]));
    }
}
