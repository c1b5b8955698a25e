using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection.PostgreSql;

/// <summary>Validates the options of the memory of used proofs when the application starts.</summary>
internal sealed class PostgreSqlDpopReplayStoreOptionsValidation : IValidateOptions<PostgreSqlDpopReplayStoreOptions>
{
    public ValidateOptionsResult Validate(string? name, PostgreSqlDpopReplayStoreOptions options)
    {
        List<string> failures = [];
        if (options.Schema is not null && !SqlName.IsValid(options.Schema))
        {
            failures.Add($"Schema must be null or a name of 1 to {SqlName.MaxBytes} bytes.");
        }

        if (!SqlName.IsValid(options.Table))
        {
            failures.Add($"Table must be a name of 1 to {SqlName.MaxBytes} bytes.");
        }

        if (options.Timeout < TimeSpan.FromMilliseconds(100) || options.Timeout > TimeSpan.FromMinutes(1))
        {
            failures.Add("Timeout must be between 100 milliseconds and 1 minute.");
        }

        if (options.ClockDifference < TimeSpan.Zero || options.ClockDifference > TimeSpan.FromHours(1))
        {
            failures.Add("ClockDifference must be between zero and 1 hour.");
        }

        if (options.CleanupInterval < TimeSpan.FromSeconds(1) || options.CleanupInterval > TimeSpan.FromDays(1))
        {
            failures.Add("CleanupInterval must be between 1 second and 1 day.");
        }

        return failures.Count == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(failures.Select(failure => $"{nameof(PostgreSqlDpopReplayStoreOptions)}.{failure}"));
    }
}
