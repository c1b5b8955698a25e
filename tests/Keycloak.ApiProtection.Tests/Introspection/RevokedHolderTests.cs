using System.Security.Claims;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.Tests.Introspection;

/// <summary>
/// A revocation also applies to a token by claims that are only in the introspection response: a lightweight token contains neither its
/// user nor its roles.
/// </summary>
public sealed class RevokedHolderTests
{
    [Fact]
    public async Task A_lightweight_token_is_rejected_when_its_user_is_revoked_and_one_of_another_user_is_not()
    {
        await using var api = await IntrospectingApi.StartAsync();
        var (alice, bob) = (Lightweight(api, "alice"), Lightweight(api, "bob"));
        Assert.DoesNotContain("\"sub\"", Answers.Of(alice).ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("200", await api.VerdictAsync(alice));
        Assert.Equal("200", await api.VerdictAsync(bob));

        Revocations(api).RevokeUser(Subject(api, "alice"));

        Assert.Equal("401 revoked", await api.VerdictAsync(alice));
        Assert.Equal("200", await api.VerdictAsync(bob));
    }

    [Fact]
    public async Task A_lightweight_token_first_sent_after_its_user_was_revoked_is_rejected()
    {
        await using var api = await IntrospectingApi.StartAsync();
        var token = Lightweight(api, "alice");

        Revocations(api).RevokeUser(Subject(api, "alice"));

        Assert.Equal("401 revoked", await api.VerdictAsync(token));
    }

    [Fact]
    public async Task A_cached_response_identifies_the_user_even_when_verified_tokens_are_not_cached()
    {
        await using var api = await IntrospectingApi.StartAsync(options => options.VerifiedTokenCacheSize = 0);
        var token = Lightweight(api, "alice");
        Assert.Equal("200", await api.VerdictAsync(token));
        var questions = api.Line.Questions;

        Revocations(api).RevokeUser(Subject(api, "alice"));

        Assert.Equal("401 revoked", await api.VerdictAsync(token));
        Assert.Equal(questions, api.Line.Questions);
    }

    [Theory]
    [InlineData("sub", "user-1")]
    [InlineData("sid", "session-1")]
    [InlineData("azp", "storefront")]
    public async Task A_regular_token_without_an_identifying_claim_is_revoked_by_the_claim_in_the_response(string claim, string name)
    {
        await using var api = await IntrospectingApi.StartAsync();
        var token = api.Realm.Token("alice").For("cli").WithoutClaim(claim).Create();
        var answer = Answers.Of(api.Token());
        foreach (var (member, value) in Json(token))
        {
            answer[member] = value!.DeepClone();
        }

        answer[claim] = name;
        api.Line.Instead = _ => Responses.Of(answer.ToJsonString());
        Assert.Equal("200", await api.VerdictAsync(token));

        Revoke(Revocations(api), claim, "another", api.Time.GetUtcNow());
        Assert.Equal("200", await api.VerdictAsync(token));
        Revoke(Revocations(api), claim, name, api.Time.GetUtcNow());

        Assert.Equal("401 revoked", await api.VerdictAsync(token));
    }

    [Fact]
    public async Task The_issue_time_comes_from_the_token_and_not_from_the_response()
    {
        await using var api = await IntrospectingApi.StartAsync();
        var token = Lightweight(api, "alice");
        var answer = Answers.Of(token);
        (answer["sub"], answer["aud"]) = ("user-1", "orders-api");
        answer["iat"] = api.Time.GetUtcNow().AddHours(1).ToUnixTimeSeconds();
        api.Line.Instead = _ => Responses.Of(answer.ToJsonString());
        Assert.Equal("200", await api.VerdictAsync(token));

        Revocations(api).RevokeUser("user-1");

        Assert.Equal("401 revoked", await api.VerdictAsync(token));
    }

    [Theory]
    [InlineData("lightweight")]
    [InlineData("cli")]
    public async Task A_revocation_that_arrives_during_introspection_takes_effect(string client)
    {
        await using var api = await IntrospectingApi.StartAsync();
        var subject = Subject(api, "alice");
        var questions = api.Line.Questions;
        var token = api.Realm.Token("alice").For(client).Create();
        api.Line.Hold();
        var request = api.VerdictAsync(token);
        await api.Line.ArrivedAsync(questions + 1);

        Revocations(api).RevokeUser(subject);
        api.Line.Release();

        Assert.Equal("401 revoked", await request);
    }

    [Fact]
    public async Task A_revocation_of_the_user_in_the_response_also_takes_effect_at_authorization()
    {
        await using var api = await IntrospectingApi.StartAsync(
            _ => { },
            app =>
            {
                // Authentication runs before routing, so the endpoint is not known yet when the request is authenticated.
                app.UseAuthentication();
                app.UseRouting();
                app.UseAuthorization();
                app.MapGet("/active", () => "active").RequireActiveToken();
            },
            options => (options.Introspection.Mode, options.VerifiedTokenCacheSize) = (IntrospectionMode.LightweightOnly, 0));
        var token = api.Realm.Token("alice").For("cli").WithoutClaim("sub").Create();
        var answer = Answers.Of(token);
        answer["sub"] = "user-1";
        api.Line.Instead = _ => Responses.Of(answer.ToJsonString());
        Assert.Equal("200", await api.VerdictAsync(token, "/active"));

        Revocations(api).RevokeUser("user-1");

        Assert.Equal("401 revoked", await api.VerdictAsync(token, "/active"));
    }

    [Theory]
    [InlineData("lightweight", false)]
    [InlineData("lightweight", true)]
    [InlineData("cli", false)]
    [InlineData("cli", true)]
    public async Task Watch_and_IsRevoked_use_the_user_in_the_response(string client, bool changed)
    {
        IKeycloakRevocations revocations = null!;
        var (before, after) = (true, false);
        var called = new TaskCompletionSource();
        await using var api = await IntrospectingApi.StartAsync(
            _ => { },
            app => app.MapGet("/watched", async (ClaimsPrincipal user) =>
            {
                if (changed)
                {
                    user.Identities.First().AddClaim(new Claim("department", "sales"));
                }

                before = revocations.IsRevoked(user);
                using var watch = revocations.Watch(user, called.SetResult);
                revocations.RevokeUser("user-1");
                after = revocations.IsRevoked(user);
                await called.Task.WaitAsync(TestContext.Current.CancellationToken);
            }).RequireAuthorization(),
            options => options.Introspection.Mode = IntrospectionMode.Always);
        revocations = Revocations(api);
        var token = api.Realm.Token("alice").For(client).WithoutClaim("sub").Create();
        var answer = Answers.Of(token);
        (answer["sub"], answer["aud"]) = ("user-1", "orders-api");
        api.Line.Instead = _ => Responses.Of(answer.ToJsonString());

        Assert.Equal("200", await api.VerdictAsync(token, "/watched"));

        Assert.Equal((false, true), (before, after));
    }

    private static string Lightweight(IntrospectingApi api, string user) => api.Realm.Token(user).For("lightweight").Create();

    private static IKeycloakRevocations Revocations(IntrospectingApi api) => api.Services.GetRequiredService<IKeycloakRevocations>();

    private static string Subject(IntrospectingApi api, string user) => (string)Answers.Of(api.Token(user))["sub"]!;

    private static JsonObject Json(string token) =>
        JsonNode.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[1]))!.AsObject();

    private static void Revoke(IKeycloakRevocations revocations, string claim, string name, DateTimeOffset now)
    {
        switch (claim)
        {
            case "sub":
                revocations.RevokeUser(name);
                break;
            case "sid":
                revocations.RevokeSession(name);
                break;
            default:
                revocations.NotBefore(name, now);
                break;
        }
    }
}
