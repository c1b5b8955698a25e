using Keycloak.ApiProtection.Configuration;

using static Keycloak.ApiProtection.Tests.Configuration.SettingsReader;

namespace Keycloak.ApiProtection.Tests.Configuration;

public sealed class KeycloakBearerOptionsValidatorTests
{
    [Fact]
    public void Realm_server_and_client_are_sufficient()
    {
        var options = Read(Least);

        Assert.Equal(TimeSpan.FromSeconds(30), options.ClockSkew);
        Assert.Equal("demo", options.ChallengeRealm);
        Assert.True(options.RequireHttpsMetadata);
        Assert.False(options.MapInboundClaims || options.SaveToken || options.ProblemDetails);
    }

    [Fact]
    public void An_authority_is_sufficient_and_names_the_realm() =>
        Assert.Equal("demo", Read(("Authority", "https://login.example.com/realms/demo/"), ("resource", "orders-api")).ChallengeRealm);

    [Fact]
    public void Without_settings_the_error_says_what_to_set() =>
        Assert.Contains("Set auth-server-url (https://login.example.com) and realm", Rejection(), StringComparison.Ordinal);

    [Fact]
    public void All_problems_are_reported_together()
    {
        var refusal = Rejection(("auth-server-url", "https://login.example.com"), ("ClockSkew", "-00:00:01"), ("Algorithms:0", "HS256"));

        Assert.Contains("realm is missing", refusal, StringComparison.Ordinal);
        Assert.Contains("no audience is configured", refusal, StringComparison.Ordinal);
        Assert.Contains("ClockSkew", refusal, StringComparison.Ordinal);
        Assert.Contains("'HS256'", refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("login.example.com")]
    [InlineData("ftp://login.example.com")]
    [InlineData("https://login.example.com/?x=1")]
    [InlineData("https://user:password@login.example.com")]
    public void An_invalid_server_URL_is_rejected(string url) =>
        Assert.Contains(
            "is not an absolute http or https URL", Rejection(options => options.AuthServerUrl = url), StringComparison.Ordinal);

    [Fact]
    public void A_server_URL_that_already_names_a_realm_is_rejected_with_the_reason() =>
        Assert.Contains(
            "already names a realm",
            Rejection(options => options.AuthServerUrl = "https://login.example.com/realms/demo"),
            StringComparison.Ordinal);

    [Fact]
    public void A_server_URL_of_Keycloak_16_keeps_its_path() =>
        Assert.Equal("https://login.example.com/auth/realms/my%20realm", KeycloakAddress.Issuer(Read(
            options => (options.AuthServerUrl, options.Realm) = ("https://login.example.com/auth/", "my realm"), Least)));

    [Theory]
    [InlineData("http://keycloak:8080", SslRequired.External, false)]
    [InlineData("http://keycloak:8080", SslRequired.None, true)]
    [InlineData("http://localhost:8080", SslRequired.External, true)]
    [InlineData("http://127.0.0.1:8080", SslRequired.External, true)]
    [InlineData("http://127.0.0.1:8080", SslRequired.All, false)]
    [InlineData("https://keycloak", SslRequired.All, true)]
    public void HTTPS_is_required_except_for_loopback_addresses_unless_configured_otherwise(string url, SslRequired required, bool accepted)
    {
        void Configure(KeycloakBearerOptions options) => (options.AuthServerUrl, options.SslRequired) = (url, required);

        if (accepted)
        {
            Assert.NotNull(Read(Configure, Least));
        }
        else
        {
            Assert.Contains("is not HTTPS", Rejection(Configure), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_HTTPS_requirement_applies_to_the_metadata_address() =>
        Assert.NotNull(
            Read(options => options.MetadataAddress = "http://localhost:8080/realms/demo/.well-known/openid-configuration", Least));

    [Theory]
    [InlineData("EdDSA", ".NET does not support Ed25519")]
    [InlineData("HS256", "Keycloak's own secret")]
    [InlineData("none", "anyone can forge")]
    [InlineData("rs256", "is not known")]
    public void An_unsupported_algorithm_is_rejected_with_the_reason(string algorithm, string because) =>
        Assert.Contains(because, Rejection(options => options.Algorithms.Add(algorithm)), StringComparison.Ordinal);

    [Theory]
    [InlineData("https://login.example.com/realms/demo/")]
    [InlineData("demo")]
    public void An_issuer_that_cannot_belong_to_Keycloak_is_rejected(string issuer) =>
        Assert.Contains(
            "cannot be an issuer of Keycloak", Rejection(options => options.ValidIssuers.Add(issuer)), StringComparison.Ordinal);

    [Fact]
    public void Numbers_and_durations_out_of_range_are_rejected()
    {
        var refusal = Rejection(options =>
        {
            options.ClockSkew = TimeSpan.FromMinutes(6);
            options.BackchannelTimeout = TimeSpan.Zero;
            options.KeysRefreshInterval = TimeSpan.FromDays(2);
            options.UnknownKeyCooldown = TimeSpan.Zero;
            options.MaximumTokenSize = 10;
            options.VerifiedTokenCacheSize = -1;
            options.KeysMaximumAge = TimeSpan.FromDays(1);
            options.Revocation.EndedSessionLifetime = TimeSpan.FromDays(31);
        });

        foreach (var setting in new[]
        {
            "ClockSkew", "BackchannelTimeout", "KeysRefreshInterval", "UnknownKeyCooldown", "MaximumTokenSize",
            "VerifiedTokenCacheSize", "KeysMaximumAge", "Revocation.EndedSessionLifetime",
        })
        {
            Assert.Contains(setting, refusal, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Query_tokens_for_all_paths_are_rejected() =>
        Assert.Contains("QueryTokenPaths", Rejection(options => options.QueryTokenPaths.Add("/")), StringComparison.Ordinal);

    [Fact]
    public void A_challenge_realm_cannot_break_the_header() =>
        Assert.Contains("ChallengeRealm", Rejection(options => options.ChallengeRealm = "a\"\r\nX: y"), StringComparison.Ordinal);

    [Theory]
    [InlineData("silver,gold,silver", "contains \"silver\" twice")]
    [InlineData("silver 1,gold 1", "contains \"1\" twice")]
    [InlineData("silver,", "contains an empty level")]
    [InlineData("silver, ", "contains an empty level")]
    [InlineData("silver\"", "a challenge cannot contain")]
    [InlineData("\u91d1", "a challenge cannot contain")]
    public void Levels_must_be_different_names_that_a_challenge_can_contain(string levels, string problem)
    {
        var refusal = Rejection(options =>
        {
            foreach (var level in levels.Split(','))
            {
                options.AcrLevels.Add(level);
            }
        });

        Assert.Contains("AcrLevels", refusal, StringComparison.Ordinal);
        Assert.Contains(problem, refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AcrLevels")]
    [InlineData("acr-levels")]
    public void Levels_are_read_from_the_configuration(string key) =>
        Assert.Equal(["silver 1", "gold 2"], Read([.. Least, ($"{key}:0", "silver 1"), ($"{key}:1", "gold 2")]).AcrLevels);
}
