using Microsoft.AspNetCore.Builder;

namespace Keycloak.ApiProtection.Tests.ProofOfPossession;

/// <summary>The token check of a gateway: the proof is for the client's request, and not for the check.</summary>
public sealed class OriginalRequestTests
{
    [Theory]
    [InlineData("X-Original-Method", "X-Original-URI", "GET", "/orders/1?page=2", "200")]
    [InlineData("X-Forwarded-Method", "X-Forwarded-Uri", "GET", "/orders/1", "200")]
    [InlineData("X-Original-Method", "X-Original-URI", "POST", "/orders/1", "401 dpop_method")]
    [InlineData("X-Original-Method", "X-Original-URI", "GET", "/orders/2", "401 dpop_url")]
    [InlineData("X-Original-Method", "X-Unknown", "GET", "/orders/1", "401 dpop_url")]
    public async Task A_token_check_compares_the_proof_with_the_original_request(
        string methodHeader, string targetHeader, string method, string target, string verdict)
    {
        await using var api = await BoundApi.StartAsync(
            options => options.PublicUrl = "https://api.example.com", map: app => app.MapTokenCheck("/check"));
        var token = api.BoundToken();
        var proof = api.Key.Proof(HttpMethod.Get, new Uri("https://api.example.com/orders/1")).For(token).Create();

        using var response = await api.SendAsync(
            "/check", ("Authorization", "DPoP " + token), ("DPoP", proof), (methodHeader, method), (targetHeader, target));

        Assert.Equal(verdict, BoundApi.Verdict(response) == "204" ? "200" : BoundApi.Verdict(response));
    }

    [Theory]
    [InlineData("200", "X-Original-URI: /orders/1", "X-Forwarded-Uri: /orders/1", "X-Forwarded-Method: GET")]
    [InlineData("401 dpop_url", "X-Original-URI: /orders/1", "X-Forwarded-Uri: /orders/2", "X-Forwarded-Method: GET")]
    [InlineData("401 dpop_url", "X-Original-URI: /orders/2", "X-Forwarded-Uri: /orders/1", "X-Forwarded-Method: GET")]
    [InlineData("401 dpop_url", "X-Original-URI: /orders/1", "X-Original-URI: /orders/2")]
    [InlineData("401 dpop_url", "X-Forwarded-Uri: /orders/1", "X-Original-Method: GET", "X-Forwarded-Method: POST")]
    [InlineData("401 dpop_url", "X-Forwarded-Uri: /orders/1", "X-Original-Host: a.example", "X-Forwarded-Host: b.example")]
    [InlineData("401 dpop_url", "X-Forwarded-Uri: /orders/1", "X-Original-Proto: https", "X-Forwarded-Proto: http")]
    public async Task A_proof_is_rejected_if_a_client_could_have_sent_one_of_contradictory_headers(string verdict, params string[] headers)
    {
        await using var api = await BoundApi.StartAsync(
            options => options.PublicUrl = "https://api.example.com", map: app => app.MapTokenCheck("/check"));
        var token = api.BoundToken();
        var proof = api.Key.Proof(HttpMethod.Get, new Uri("https://api.example.com/orders/1")).For(token).Create();

        var sent = headers.Select(header => header.Split(": ")).Select(parts => (parts[0], parts[1]));
        using var response = await api.SendAsync("/check", [("Authorization", "DPoP " + token), ("DPoP", proof), .. sent]);

        Assert.Equal(verdict, BoundApi.Verdict(response));
    }

    [Fact]
    public async Task Headers_of_a_client_do_not_change_the_target_of_another_endpoint()
    {
        await using var api = await BoundApi.StartAsync(options => options.PublicUrl = "https://api.example.com");
        var token = api.BoundToken();
        var proof = api.Key.Proof(HttpMethod.Get, new Uri("https://api.example.com/other")).For(token).Create();

        using var response = await api.SendAsync(
            "/me", ("Authorization", "DPoP " + token), ("DPoP", proof), ("X-Original-Method", "GET"), ("X-Original-URI", "/other"));

        Assert.Equal("401 dpop_url", BoundApi.Verdict(response));
    }
}
