using System.Net;
using Keycloak.ApiProtection.Tests.Introspection;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.Tests.Revocation;

/// <summary>After a change of rights, Keycloak is asked once about each token that is older than the change.</summary>
public sealed class ChangedRightsTests
{
    [Theory]
    [InlineData(IntrospectionMode.Never)]
    [InlineData(IntrospectionMode.LightweightOnly)]
    [InlineData(IntrospectionMode.Always)]
    public async Task The_next_request_has_the_new_roles_and_the_response_is_used_afterwards(IntrospectionMode mode)
    {
        await using var api = await StartAsync(options => options.Introspection.Mode = mode);
        var token = api.Token();
        Assert.Equal("200", await api.VerdictAsync(token, "/write"));
        var asked = api.Line.Questions;

        RemoveWriter(api);
        Assert.Equal("200", await api.VerdictAsync(token, "/write"));
        Revocations(api).RecheckUser(UserId(api));
        api.Time.Advance(TimeSpan.FromMilliseconds(1));

        for (var i = 0; i < 5; i++)
        {
            Assert.Equal("403", await api.VerdictAsync(token, "/write"));
            Assert.Equal("200", await api.VerdictAsync(token));
        }

        Assert.Equal(asked + 1, api.Line.Questions);
    }

    [Fact]
    public async Task The_response_counts_however_old_it_becomes_and_a_second_change_requires_another_one()
    {
        await using var api = await StartAsync();
        var token = api.Token();
        Revocations(api).RecheckUser(UserId(api));
        api.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal("200", await api.VerdictAsync(token, "/write"));
        api.Time.Advance(TimeSpan.FromMinutes(4));
        Assert.Equal("200", await api.VerdictAsync(token, "/write"));
        Assert.Equal(1, api.Line.Questions);

        RemoveWriter(api);
        Revocations(api).RecheckUser(UserId(api));
        api.Time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal("403", await api.VerdictAsync(token, "/write"));
        Assert.Equal(2, api.Line.Questions);
    }

    [Fact]
    public async Task Other_users_other_clients_and_newer_tokens_are_not_asked_about()
    {
        await using var api = await StartAsync();
        var alice = UserId(api);
        Revocations(api).RecheckUser(alice, "storefront");
        Assert.Equal("200", await api.VerdictAsync(api.Token()));
        Assert.Equal("200", await api.VerdictAsync(api.Token("bob")));

        Revocations(api).RecheckUser(alice, "cli", api.Time.GetUtcNow());
        Assert.Equal("200", await api.VerdictAsync(api.Token("bob")));
        Assert.Equal(0, api.Line.Questions);
        Assert.Equal("200", await api.VerdictAsync(api.Token()));
        Assert.Equal(1, api.Line.Questions);

        api.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("200", await api.VerdictAsync(api.Token()));
        Assert.Equal(1, api.Line.Questions);
    }

    [Fact]
    public async Task After_a_change_for_everyone_each_token_is_asked_about_once()
    {
        await using var api = await StartAsync();
        var (alice, bob) = (api.Token(), api.Token("bob"));
        Revocations(api).RecheckAll();
        api.Time.Advance(TimeSpan.FromMilliseconds(1));

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("200", await api.VerdictAsync(alice));
            Assert.Equal("200", await api.VerdictAsync(bob));
        }

        Assert.Equal(2, api.Line.Questions);
    }

    [Fact]
    public async Task A_response_from_before_the_change_does_not_count_even_if_it_is_fresh()
    {
        await using var api = await StartAsync(options =>
            (options.Introspection.Mode, options.Introspection.StaleIfError) = (IntrospectionMode.Always, TimeSpan.FromHours(1)));
        var token = api.Token();
        Assert.Equal("200", await api.VerdictAsync(token, "/write"));
        RemoveWriter(api);
        Revocations(api).RecheckUser(UserId(api));
        api.Realm.Faults.GoDown();

        using var response = await api.SendAsync(token, "/write");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.NotNull(response.Headers.RetryAfter);

        api.Realm.Faults.ComeBack();
        api.Time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal("403", await api.VerdictAsync(token, "/write"));
    }

    [Fact]
    public async Task A_response_that_was_requested_before_the_change_and_arrives_after_it_does_not_count()
    {
        await using var api = await StartAsync();
        var token = api.Token();
        var user = UserId(api);
        Revocations(api).RecheckUser(user);
        api.Time.Advance(TimeSpan.FromMilliseconds(1));
        api.Line.Hold();
        var first = api.VerdictAsync(token, "/write");
        await api.Line.ArrivedAsync(1);
        RemoveWriter(api);
        api.Time.Advance(TimeSpan.FromMilliseconds(1));
        Revocations(api).RecheckUser(user);
        api.Time.Advance(TimeSpan.FromMilliseconds(1));
        var second = api.VerdictAsync(token, "/write");
        await IntrospectingApi.Eventually(() => api.Introspector.Waiting == 2);
        api.Line.Release();

        Assert.Equal("403", await second);
        Assert.Equal("403", await first);
        Assert.Equal(2, api.Line.Questions);
    }

    [Fact]
    public async Task A_rejection_from_before_the_change_is_asked_about_again()
    {
        await using var api = await StartAsync(options => options.Introspection.Mode = IntrospectionMode.Always);
        var token = api.Token();
        api.Realm.Users.Disable("alice");
        Assert.Equal("401 inactive", await api.VerdictAsync(token));
        api.Realm.Users.Enable("alice");
        Assert.Equal("401 inactive", await api.VerdictAsync(token));

        Revocations(api).RecheckUser(UserId(api));

        Assert.Equal("200", await api.VerdictAsync(token));
    }

    [Fact]
    public async Task A_change_also_reaches_a_lightweight_token_whose_user_only_the_response_names()
    {
        await using var api = await StartAsync(options => options.VerifiedTokenCacheSize = 0);
        var token = api.Realm.Token("alice").For("lightweight").Create();
        Assert.Equal("200", await api.VerdictAsync(token, "/write"));
        RemoveWriter(api);
        api.Time.Advance(TimeSpan.FromMilliseconds(1));
        Revocations(api).RecheckUser(UserId(api));

        Assert.Equal("403", await api.VerdictAsync(token, "/write"));
        Assert.Equal(2, api.Line.Questions);
    }

    [Fact]
    public async Task An_endpoint_that_requires_an_active_token_does_not_accept_a_response_from_before_the_change()
    {
        await using var api = await StartAsync();
        var token = api.Token();
        Assert.Equal("200", await api.VerdictAsync(token, "/active"));
        Assert.Equal("200", await api.VerdictAsync(token, "/active"));
        Assert.Equal(1, api.Line.Questions);

        Revocations(api).RecheckUser(UserId(api));
        Assert.Equal("200", await api.VerdictAsync(token, "/active"));

        Assert.Equal(2, api.Line.Questions);
    }

    [Fact]
    public async Task Without_credentials_the_token_is_rejected_and_a_newer_one_is_accepted()
    {
        await using var app = await ProtectedApp.StartAsync();
        var token = KeycloakRevocationsTests.Token(app);
        var revocations = app.Services.GetRequiredService<IKeycloakRevocations>();
        revocations.RecheckUser("user-2");
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", token)).StatusCode);

        revocations.RecheckUser("user-1", issuedUntil: app.Realm.Now);

        var refused = await app.GetAsync("/me", token);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Contains("The access token is outdated", refused.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        Assert.Contains("(recheck)", app.Realm.Log.Text("TokenRejected"), StringComparison.Ordinal);
        Assert.Contains("Set credentials", app.Realm.Log.Text("TokenRejected"), StringComparison.Ordinal);
        Assert.Equal(
            HttpStatusCode.OK, (await app.GetAsync("/me", token.WithDate("iat", app.Realm.Now.AddSeconds(1)))).StatusCode);
    }

    [Fact]
    public async Task A_change_in_the_far_future_concerns_only_tokens_that_exist()
    {
        await using var app = await ProtectedApp.StartAsync();
        app.Services.GetRequiredService<IKeycloakRevocations>().RecheckAll(DateTimeOffset.MaxValue);
        var token = KeycloakRevocationsTests.Token(app);
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/me", token)).StatusCode);

        app.Realm.Time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", token.WithDate("iat", app.Realm.Now))).StatusCode);
    }

    [Fact]
    public async Task More_changes_than_fit_are_reported_and_concern_everyone()
    {
        await using var app = await ProtectedApp.StartAsync(options => options.Revocation.Capacity = 100);
        var revocations = app.Services.GetRequiredService<IKeycloakRevocations>();
        var token = KeycloakRevocationsTests.Token(app);
        for (var i = 0; i < 100; i++)
        {
            revocations.RecheckUser($"other-{i}");
        }

        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/me", token)).StatusCode);
        revocations.RecheckUser("one too many");

        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/me", token)).StatusCode);
        Assert.Contains("Raise Revocation.Capacity", app.Realm.Log.Text("RechecksMerged"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_closes_no_open_connection()
    {
        await using var app = await ProtectedApp.StartAsync();
        var revocations = app.Services.GetRequiredService<IKeycloakRevocations>();
        var user = TokenUsers.User(app.Realm.Now.ToUnixTimeSeconds(), sub: "user-1");
        using var watch = revocations.Watch(user, () => Assert.Fail("The connection was closed."));

        revocations.RecheckUser("user-1");
        revocations.RecheckAll();

        Assert.False(revocations.IsRevoked(user));
        Assert.Equal(1, ((ApiProtection.Revocation.KeycloakRevocations)revocations).Watches);
    }

    private static Task<IntrospectingApi> StartAsync(Action<KeycloakBearerOptions>? configure = null) => IntrospectingApi.StartAsync(
        _ => { },
        app => app.MapGet("/active", () => "active").RequireActiveToken(),
        options => configure?.Invoke(options));

    private static void RemoveWriter(IntrospectingApi api) => api.Realm.Users.UnassignRole("alice", "writer", "orders-api");

    private static string UserId(IntrospectingApi api) => Answers.Of(api.Token())["sub"]!.GetValue<string>();

    private static IKeycloakRevocations Revocations(IntrospectingApi api) => api.Services.GetRequiredService<IKeycloakRevocations>();
}
