using Microsoft.Extensions.Options;

namespace Storefront.Configuration;

/// <summary>Checks the settings at start.</summary>
internal static class Settings
{
    /// <summary>Checks all settings at once, so that one start reports all problems.</summary>
    /// <exception cref="OptionsValidationException">At least one setting is missing or wrong.</exception>
    public static void Check(IServiceProvider services)
    {
        var failures = new List<string>();
        Collect<KeycloakOptions>(services, failures);
        Collect<ApisOptions>(services, failures);
        if (failures.Count > 0)
        {
            throw new OptionsValidationException(nameof(Settings), typeof(KeycloakOptions), failures);
        }
    }

    /// <summary>The text for the console: what is wrong, and how to run the whole system.</summary>
    public static string Advice(Exception failure)
    {
        var reasons = failure is OptionsValidationException invalid ? invalid.Failures : [failure.Message];
        return $"""
            {string.Join('\n', reasons.Select(reason => $"  - {reason}"))}

            The Storefront is one part of a system: Keycloak, a gateway, and the APIs behind it. To run all of it:

              dotnet run --project samples/Gateway

            To run the Storefront alone, set the settings above, for example as environment variables: Keycloak__Authority=...
            """;
    }

    private static void Collect<TOptions>(IServiceProvider services, List<string> failures)
        where TOptions : class
    {
        try
        {
            _ = services.GetRequiredService<IOptions<TOptions>>().Value;
        }
        catch (OptionsValidationException invalid)
        {
            failures.AddRange(invalid.Failures);
        }
        catch (InvalidOperationException unreadable)
        {
            // Thrown by the binder if a text is not an address.
            failures.Add(unreadable.InnerException?.Message ?? unreadable.Message);
        }
    }
}
