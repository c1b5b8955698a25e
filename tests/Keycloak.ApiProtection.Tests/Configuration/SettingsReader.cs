using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection.Tests.Configuration;

/// <summary>Reads settings as an application does: configuration, code, post-configuration, validation.</summary>
internal static class SettingsReader
{
    /// <summary>The minimum settings of a scheme.</summary>
    public static readonly (string Key, string? Value)[] Least =
        [("auth-server-url", "https://login.example.com"), ("realm", "demo"), ("resource", "orders-api")];

    public static KeycloakBearerOptions Read(params (string Key, string? Value)[] settings) => Read(_ => { }, settings);

    public static KeycloakBearerOptions Read(Action<KeycloakBearerOptions> configure, params (string Key, string? Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => new KeyValuePair<string, string?>("Keycloak:" + setting.Key, setting.Value)))
            .Build();
        return Read(configuration, configure);
    }

    public static KeycloakBearerOptions ReadJson(string json)
    {
        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes($$"""{ "Keycloak": {{json}} }"""));
        return Read(new ConfigurationBuilder().AddJsonStream(stream).Build(), _ => { });
    }

    /// <summary>The validation error at startup.</summary>
    public static string Rejection(params (string Key, string? Value)[] settings) =>
        string.Join('\n', Assert.Throws<OptionsValidationException>(() => Read(settings)).Failures);

    public static string Rejection(Action<KeycloakBearerOptions> configure) =>
        string.Join('\n', Assert.Throws<OptionsValidationException>(() => Read(configure, Least)).Failures);

    private static KeycloakBearerOptions Read(IConfiguration configuration, Action<KeycloakBearerOptions> configure)
    {
        var services = new ServiceCollection();
        services.AddLogging().AddSingleton(configuration).AddKeycloakBearer(configure);
        return services.BuildServiceProvider().GetRequiredService<IOptionsMonitor<KeycloakBearerOptions>>().Get("Keycloak");
    }
}
