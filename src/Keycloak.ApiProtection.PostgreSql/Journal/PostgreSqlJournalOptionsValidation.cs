using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection.PostgreSql;

/// <summary>Validates the options of the journal when the application starts.</summary>
internal sealed class PostgreSqlJournalOptionsValidation : IValidateOptions<PostgreSqlJournalOptions>
{
    public ValidateOptionsResult Validate(string? name, PostgreSqlJournalOptions options)
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

        if (!SqlName.IsValid(options.Channel))
        {
            failures.Add($"Channel must be a name of 1 to {SqlName.MaxBytes} bytes.");
        }

        if (options.CleanupInterval < TimeSpan.FromSeconds(1) || options.CleanupInterval > TimeSpan.FromDays(1))
        {
            failures.Add("CleanupInterval must be between 1 second and 1 day.");
        }

        return failures.Count == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(failures.Select(failure => $"{nameof(PostgreSqlJournalOptions)}.{failure}"));
    }
}
