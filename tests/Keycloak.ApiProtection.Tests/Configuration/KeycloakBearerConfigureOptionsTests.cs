using Keycloak.ApiProtection.Configuration;
using Keycloak.ApiProtection.Configuration.Section;
using Keycloak.ApiProtection.Realms;

using static Keycloak.ApiProtection.Tests.Configuration.SettingsReader;

namespace Keycloak.ApiProtection.Tests.Configuration;

public sealed class KeycloakBearerConfigureOptionsTests
{
    [Fact]
    public void The_adapter_JSON_is_accepted_as_downloaded_from_the_console()
    {
        var options = ReadJson("""
            {
              "realm": "demo",
              "auth-server-url": "https://login.example.com/",
              "ssl-required": "external",
              "resource": "orders-api",
              "verify-token-audience": true,
              "credentials": { "secret": "orders-api-secret" },
              "use-resource-role-mappings": true,
              "confidential-port": 0,
              "policy-enforcer": { "credentials": {} }
            }
            """);

        Assert.Equal("https://login.example.com/realms/demo", KeycloakAddress.Issuer(options));
        Assert.Equal("https://login.example.com/realms/demo/.well-known/openid-configuration", KeycloakAddress.Metadata(options));
        Assert.Equal("orders-api", options.Resource);
        Assert.Equal("orders-api", options.Claims.ClientId);
        Assert.True(options.VerifyTokenAudience);
        Assert.Equal((false, true), (options.Claims.RealmRoles, options.Claims.ClientRoles));
        Assert.Equal(SslRequired.External, options.SslRequired);
        Assert.Empty(options.ConfigurationWarnings);
    }

    [Fact]
    public void Keys_in_PascalCase_and_shell_style_mean_the_same_as_the_adapter_keys()
    {
        var pascal = Read(
            ("AuthServerUrl", "https://login.example.com"),
            ("Realm", "demo"),
            ("Resource", "orders-api"),
            ("PrincipalAttribute", "email"));
        var shell = Read(
            ("auth_server_url", "https://login.example.com"),
            ("REALM", "demo"),
            ("resource", "orders-api"),
            ("principal_attribute", "email"));

        Assert.Equal(KeycloakAddress.Issuer(pascal), KeycloakAddress.Issuer(shell));
        Assert.Equal("email", pascal.Claims.NameClaimType);
        Assert.Equal("email", shell.Claims.NameClaimType);
    }

    /// <summary>Every key that sets an option, with a value that is not the default, and what the option is then.</summary>
    public static TheoryData<string, string, Func<KeycloakBearerOptions, object?>, object?> Settings => new()
    {
        { "auth-server-url", "https://sso.example.com", options => options.AuthServerUrl, "https://sso.example.com" },
        { "realm", "other", options => options.Realm, "other" },
        { "resource", "shipping-api", options => options.Resource, "shipping-api" },
        { "ClientId", "shipping-api", options => options.Resource, "shipping-api" },
        { "Authority", "https://login.example.com/realms/demo", options => options.Authority, "https://login.example.com/realms/demo" },
        { "MetadataAddress", "http://127.0.0.1:8080/x", options => KeycloakAddress.Metadata(options), "http://127.0.0.1:8080/x" },
        { "ValidIssuers:0", "https://kc/realms/a", options => options.ValidIssuers.Single(), "https://kc/realms/a" },
        { "ValidIssuer", "https://kc/realms/a", options => options.ValidIssuers.Single(), "https://kc/realms/a" },
        { "Audience", "shipping-api", options => options.Audience, "shipping-api" },
        { "Audiences:0", "shipping-api", options => options.Audiences.Single(), "shipping-api" },
        { "verify-token-audience", "false", options => options.VerifyTokenAudience, false },
        { "Algorithms", "ES256", options => options.Algorithms.Single(), "ES256" },
        { "ClockSkew", "00:00:05", options => options.ClockSkew, TimeSpan.FromSeconds(5) },
        { "MaximumTokenSize", "4096", options => options.MaximumTokenSize, 4096 },
        { "VerifiedTokenCacheSize", "0", options => options.VerifiedTokenCacheSize, 0 },
        { "ssl-required", "all", options => options.SslRequired, SslRequired.All },
        { "RequireHttpsMetadata", "false", options => options.SslRequired, SslRequired.None },
        { "QueryTokenPaths:0", "hubs", options => options.QueryTokenPaths.Single().Value, "/hubs" },
        { "BackchannelHttpClientName", "login", options => options.BackchannelHttpClientName, "login" },
        { "BackchannelTimeout", "3", options => options.BackchannelTimeout, TimeSpan.FromSeconds(3) },
        { "KeysRefreshInterval", "00:01:00", options => options.KeysRefreshInterval, TimeSpan.FromMinutes(1) },
        { "public-key-cache-ttl", "60", options => options.KeysRefreshInterval, TimeSpan.FromMinutes(1) },
        { "UnknownKeyCooldown", "10", options => options.UnknownKeyCooldown, TimeSpan.FromSeconds(10) },
        { "min-time-between-jwks-requests", "10", options => options.UnknownKeyCooldown, TimeSpan.FromSeconds(10) },
        { "KeysMaximumAge", "01:00:00", options => options.KeysMaximumAge, TimeSpan.FromHours(1) },
        { "LoginClients:0", "storefront", options => options.LoginClients.Single(), "storefront" },
        { "Revocation:Lifetime", "02:00:00", options => options.Revocation.Lifetime, TimeSpan.FromHours(2) },
        { "Revocation:EndedSessionLifetime", "02:00:00", options => options.Revocation.EndedSessionLifetime, TimeSpan.FromHours(2) },
        { "Revocation:Capacity", "500", options => options.Revocation.Capacity, 500 },
        { "Events:PollInterval", "5", options => options.StoredEvents.PollInterval, TimeSpan.FromSeconds(5) },
        { "Events:Overlap", "00:01:00", options => options.StoredEvents.Overlap, TimeSpan.FromMinutes(1) },
        { "Events:MaxSilence", "120", options => options.StoredEvents.MaxSilence, TimeSpan.FromMinutes(2) },
        {
            "Events:AdminAddress",
            "https://kc/admin/realms/demo",
            options => options.StoredEvents.AdminAddress!,
            "https://kc/admin/realms/demo"
        },
        { "principal-attribute", "email", options => options.Claims.NameClaimType, "email" },
        { "NameClaimType", "email", options => options.Claims.NameClaimType, "email" },
        { "RoleClaimType", "role", options => options.Claims.RoleClaimType, "role" },
        { "use-resource-role-mappings", "true", options => options.Claims.RealmRoles, false },
        { "RealmRoles", "false", options => options.Claims.RealmRoles, false },
        { "ClientRoles", "false", options => options.Claims.ClientRoles, false },
        { "RoleClients:account", "account:", options => options.Claims.RoleClients["account"], "account:" },
        { "RoleClaims:0", "roles", options => options.Claims.RoleClaims.Single(), "roles" },
        { "AcrLevels:0", "silver", options => options.AcrLevels.Single(), "silver" },
        { "MapInboundClaims", "true", options => options.MapInboundClaims, true },
        { "SaveToken", "true", options => options.SaveToken, true },
        { "ChallengeRealm", "orders", options => options.ChallengeRealm, "orders" },
        { "ProblemDetails", "true", options => options.ProblemDetails, true },
        { "credentials:secret", "s", options => options.Credentials.Secret, "s" },
        { "Introspection:Mode", "Never", options => options.Introspection.Mode, IntrospectionMode.Never },
        { "Introspection:Freshness", "10", options => options.Introspection.Freshness, TimeSpan.FromSeconds(10) },
        { "Introspection:StaleIfError", "60", options => options.Introspection.StaleIfError, TimeSpan.FromMinutes(1) },
        { "Introspection:Timeout", "2", options => options.Introspection.Timeout, TimeSpan.FromSeconds(2) },
        { "Introspection:MaximumInFlight", "8", options => options.Introspection.MaximumInFlight, 8 },
        { "Introspection:MaximumTokens", "500", options => options.Introspection.MaximumTokens, 500 },
        { "Introspection:RefreshRoles", "false", options => options.Introspection.RefreshRoles, false },
        { "Dpop:Mode", "Required", options => options.Dpop.Mode, DpopMode.Required },
        { "Dpop", "Refused", options => options.Dpop.Mode, DpopMode.Refused },
        { "Dpop:Nonce", "Required", options => options.Dpop.Nonce, DpopNonceMode.Required },
        { "Dpop:NonceKey", NonceKey, options => options.Dpop.NonceKey, NonceKey },
        { "Dpop:ProofAge", "30", options => options.Dpop.ProofAge, TimeSpan.FromSeconds(30) },
        { "Dpop:ProofAhead", "5", options => options.Dpop.ProofAhead, TimeSpan.FromSeconds(5) },
        { "Dpop:Algorithms:0", "ES256", options => options.Dpop.Algorithms.Single(), "ES256" },
        { "Dpop:ReplayCapacity", "2048", options => options.Dpop.ReplayCapacity, 2048 },
        { "Dpop:OnStoreFailure", "Local", options => options.Dpop.OnStoreFailure, DpopStoreFailure.Local },
        { "Profile", "None", options => options.Profile, KeycloakProfile.None },
        { "PublicUrl", "https://api.example.com", options => options.PublicUrl, "https://api.example.com" },
        { "policy-enforcer:credentials:secret", "s", options => options.ConfigurationWarnings.Count, 0 },
    };

    private const string NonceKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    [Theory]
    [MemberData(nameof(Settings), DisableDiscoveryEnumeration = true)]
    public void Every_setting_can_be_set_in_the_section(
        string key, string value, Func<KeycloakBearerOptions, object?> option, object? expected)
    {
        var name = key.Split(':')[0];
        string[] replaced = name switch
        {
            "ClientId" => ["resource"],
            "Authority" => ["auth-server-url", "realm"],
            _ => [name],
        };
        var rest = Least.Where(setting => !replaced.Contains(setting.Key));

        Assert.Equal(expected, option(Read([.. rest, (key, value)])));
    }

    [Fact]
    public void Every_key_is_tested()
    {
        var tested = Settings.Select(row => row.Data.Item1).ToArray();
        var keys = KeycloakConfigurationKeys.Read
            .SelectMany(key => key.Members.Count == 0 ? [key.Name] : key.Members.Select(member => $"{key.Name}:{member.Name}"));

        Assert.All(keys, key => Assert.Contains(tested, test => test == key || test.StartsWith(key + ':', StringComparison.Ordinal)));
    }

    [Fact]
    public void Settings_in_code_take_precedence_over_the_section() =>
        Assert.Equal("shipping-api", Read(options => options.Resource = "shipping-api", Least).Resource);

    [Theory]
    [InlineData("auth-server-ulr", "Did you mean 'auth-server-url'?")]
    [InlineData("Audiance", "Did you mean 'Audience'?")]
    [InlineData("frobnicate", "docs/configuration.md")]
    [InlineData("Introspection:Frehsness", "Did you mean 'Introspection:Freshness'?")]
    [InlineData("Freshness", "Did you mean 'Introspection:Freshness'?")]
    [InlineData("RevocationCapacity", "Did you mean 'Revocation:Capacity'?")]
    [InlineData("Revocation:Freshness", "Did you mean 'Introspection:Freshness'?")]
    public void A_misspelled_key_fails_at_startup_with_its_name_and_a_remedy(string key, string remedy)
    {
        var refusal = Rejection([.. Least, (key, "true")]);

        Assert.Contains($"'Keycloak:{key}' is not a setting.", refusal, StringComparison.Ordinal);
        Assert.Contains(remedy, refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("auth-server-url", "https://a.example.com", "AuthServerUrl", "https://b.example.com", "two spellings")]
    [InlineData("resource", "orders-api", "ClientId", "shipping-api", "both configure the same thing")]
    [InlineData("ssl-required", "all", "RequireHttpsMetadata", "false", "contradicts")]
    [InlineData("ssl-required", "none", "RequireHttpsMetadata", "true", "contradicts")]
    [InlineData("Introspection", "Never", "Introspection:Mode", "Always", "both configure the same thing")]
    [InlineData("Introspection:MaximumTokens", "100", "Introspection:maximum_tokens", "200", "two spellings")]
    [InlineData("use-resource-role-mappings", "true", "RealmRoles", "false", "both configure the same thing")]
    [InlineData("public-client", "true", "credentials:secret", "s3cret", "a public client has no secret")]
    [InlineData("verify-token-audience", "false", "Audience", "orders-api", "audiences that are not verified")]
    [InlineData("Authority", "https://login.example.com/realms/other", "realm", "demo", "contradicts auth-server-url and realm")]
    public void Keys_that_contradict_each_other_fail_at_startup(string one, string first, string other, string second, string because)
    {
        var rest = Least.Where(setting => setting.Key != one && setting.Key != other);
        Assert.Contains(because, Rejection([.. rest, (one, first), (other, second)]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Introspection")]
    [InlineData("Introspection:Mode")]
    [InlineData("introspection:mode")]
    public void The_introspection_mode_alone_can_stand_for_its_section(string key) =>
        Assert.Equal(
            (IntrospectionMode.Always, TimeSpan.FromSeconds(5)),
            Read([.. Least, ("credentials:secret", "s"), (key, "Always"), ("Introspection:Freshness", "5")]) is { Introspection: var read }
                ? (read.Mode, read.Freshness)
                : default);

    [Fact]
    public void A_startup_error_never_contains_a_secret() =>
        Assert.DoesNotContain(
            "s3cret", Rejection([.. Least, ("public-client", "true"), ("credentials:secret", "s3cret")]), StringComparison.Ordinal);

    [Theory]
    [InlineData("verify-token-audience", "yes", "true or false is expected")]
    [InlineData("ClockSkew", "soon", "00:00:30")]
    [InlineData("MaximumTokenSize", "16K", "a whole number is expected")]
    [InlineData("ssl-required", "sometimes", "one of external, all, none")]
    [InlineData("ssl-required", "1", "one of external, all, none")]
    [InlineData("realm:name", "demo", "but a single value is expected")]
    [InlineData("credentials", "s", "a section with 'secret' is expected")]
    [InlineData("Revocation", "01:00:00", "a section with Lifetime, EndedSessionLifetime, Capacity is expected")]
    [InlineData("Introspection:Freshness", "soon", "'Keycloak:Introspection:Freshness' is 'soon', but a time")]
    public void A_value_that_cannot_be_parsed_fails_at_startup(string key, string value, string because) =>
        Assert.Contains(
            because,
            Rejection([.. Least.Where(setting => !key.StartsWith(setting.Key, StringComparison.Ordinal)), (key, value)]),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("realm-public-key", "MIIB...")]
    [InlineData("truststore", "/etc/truststore.jks")]
    [InlineData("disable-trust-manager", "true")]
    [InlineData("allow-any-hostname", "true")]
    public void A_key_that_is_not_supported_but_has_an_effect_fails_at_startup(string key, string value) =>
        Assert.Contains($"'Keycloak:{key}'", Rejection([.. Least, (key, value)]), StringComparison.Ordinal);

    [Theory]
    [InlineData("ValidAudience", "set Audience instead")]
    [InlineData("ValidAudiences", "set Audiences instead")]
    [InlineData("AdditionalAudiences", "set Audiences instead")]
    public void The_name_of_another_library_for_the_audiences_fails_at_startup_and_the_error_names_ours(string key, string remedy) =>
        Assert.Contains(
            $"'Keycloak:{key}' is",
            Assert.Single(Rejection([.. Least, (key, "orders-api")]).Split('\n'), line => line.Contains(remedy, StringComparison.Ordinal)),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("disable-trust-manager", "false")]
    [InlineData("bearer-only", "true")]
    [InlineData("enable-cors", "true")]
    public void A_key_that_has_no_effect_on_an_API_is_ignored(string key, string value) => Assert.NotNull(Read([.. Least, (key, value)]));

    [Fact]
    public void A_policy_enforcer_with_content_causes_a_warning() =>
        Assert.Contains(
            "policy-enforcer",
            Assert.Single(Read([.. Least, ("policy-enforcer:enforcement-mode", "ENFORCING")]).ConfigurationWarnings),
            StringComparison.Ordinal);

    [Fact]
    public void Every_key_is_documented()
    {
        var documentation = File.ReadAllText(Repository.File("docs/configuration.md"));

        var names = KeycloakConfigurationKeys.All
            .SelectMany(key => key.Members.Count == 0 ? [key.Name] : key.Members.Select(member => $"{key.Name}:{member.Name}"));
        Assert.All(names, name => Assert.Contains($"`{name}`", documentation, StringComparison.Ordinal));
    }
}
