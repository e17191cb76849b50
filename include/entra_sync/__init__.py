"""Microsoft Entra ID to PeopleGoal, in five verbs: extract, validate, transform, load, record.

Imports point one way, down this list: ``errors``, ``config``, ``db``, ``store`` <- ``extract`` <- ``scope``
<- ``validate`` <- ``transform`` <- ``load`` <- ``record``. ``airflow`` and ``cli`` wire them.
"""

__version__ = "0.1.0"
