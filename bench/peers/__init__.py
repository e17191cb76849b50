"""The extract beside what others would use: dlt's rest_api source, the Azure provider's own hook, msgraph-sdk."""
