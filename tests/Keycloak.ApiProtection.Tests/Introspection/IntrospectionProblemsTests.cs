using Keycloak.ApiProtection.ClientAuthentication;
using Keycloak.ApiProtection.Realms;
using Keycloak.ApiProtection.Tests.Configuration;

using static Keycloak.ApiProtection.Tests.Configuration.SettingsReader;

namespace Keycloak.ApiProtection.Tests.Introspection;

public sealed class IntrospectionProblemsTests
{
    [Theory]
    [InlineData(IntrospectionMode.Always)]
    [InlineData(IntrospectionMode.LightweightOnly)]
    public void Introspection_without_credentials_fails_at_startup(IntrospectionMode mode) =>
        Assert.Contains(
            "Set credentials.secret (Clients > orders-api > Credentials",
            Rejection(options => options.Introspection.Mode = mode),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("Introspection:Freshness", "3601", "A revoked token is accepted for that time")]
    [InlineData("Introspection:StaleIfError", "2.00:00:00", "Introspection.StaleIfError is")]
    [InlineData("Introspection:Timeout", "0", "Introspection.Timeout is")]
    [InlineData("Introspection:MaximumInFlight", "0", "between 1 and 10000")]
    [InlineData("Introspection:MaximumTokens", "1", "between 100 and")]
    [InlineData("Introspection", "Sometimes", "one of never, lightweightonly, always")]
    [InlineData("credentials:jwt:key", "{}", "neither an unencrypted PEM")]
    [InlineData("credentials:jwt:key-file", "/nowhere/key.pem", "cannot be read")]
    [InlineData("credentials:jwt:client-keystore-file", "/etc/keystore.jks", "Java keystores are not supported")]
    [InlineData("credentials:secret-jwt:secret", "s3cret", "client_secret_jwt")]
    [InlineData("credentials:method", "magic", "Supported methods are ClientSecretBasic")]
    [InlineData("credentials:method", "client-secret-post", "there is no secret")]
    [InlineData("credentials:method", "private-key-jwt", "there is no key")]
    [InlineData("credentials:colour", "red", "the unknown key 'colour'")]
    public void An_invalid_setting_fails_at_startup(string key, string value, string because)
    {
        var refusal = Rejection([.. Least, (key, value)]);

        Assert.Contains(because, refusal, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_client_authentication_methods_fail_at_startup()
    {
        var refusal = Rejection(options => (options.Credentials.Secret, options.Credentials.Key) = ("s3cret", "{}"));

        Assert.Contains("a secret and a private key", refusal, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void Credentials_without_a_client_fail_at_startup() =>
        Assert.Contains(
            "resource is not",
            Rejection(("Authority", "https://kc/realms/demo"), ("Audience", "orders-api"), ("credentials:secret", "s3cret")),
            StringComparison.Ordinal);

    [Fact]
    public void The_adapter_JSON_is_sufficient()
    {
        var options = ReadJson(
            """{ "auth-server-url": "https://kc", "realm": "demo", "resource": "orders-api", "credentials": { "secret": "s" } }""");

        Assert.Equal(("s", IntrospectionMode.LightweightOnly), (options.Credentials.Secret, options.EffectiveIntrospection));
        Assert.Equal(IntrospectionMode.Never, Read(Least).EffectiveIntrospection);
        Assert.Equal(
            IntrospectionMode.Never, Read([.. Least, ("credentials:secret", "s"), ("Introspection", "never")]).EffectiveIntrospection);
    }

    [Fact]
    public void Every_setting_can_come_from_the_section()
    {
        var options = Read([
            .. Least,
            ("Introspection", "always"),
            ("Introspection:Freshness", "00:00:10"),
            ("Introspection:StaleIfError", "60"),
            ("Introspection:Timeout", "2"),
            ("Introspection:MaximumInFlight", "8"),
            ("Introspection:MaximumTokens", "500"),
            ("Introspection:RefreshRoles", "false"),
            ("credentials:secret", "s"),
            ("credentials:method", "client_secret_post")]);

        Assert.Equal(
            (IntrospectionMode.Always, 10d, 60d, 2d, 8, 500, false, ClientAuthenticationMethod.ClientSecretPost),
            (
                options.Introspection.Mode,
                options.Introspection.Freshness.TotalSeconds,
                options.Introspection.StaleIfError.TotalSeconds,
                options.Introspection.Timeout!.Value.TotalSeconds,
                options.Introspection.MaximumInFlight,
                options.Introspection.MaximumTokens,
                options.Introspection.RefreshRoles,
                options.Credentials.Method));
    }
}
